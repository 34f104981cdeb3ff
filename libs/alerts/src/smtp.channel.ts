import { errorText, optionFaults, optionsOf } from '@nestjs-flamingock/core/adapter';
import type { AlertMessage } from '@nestjs-flamingock/core';
import { AlertNotDeliveredError } from './alerts.errors.js';
import { paragraphs, textOf } from './alert-text.js';
import type { CheckedChannel } from './checked-channel.js';

/** Something that sends mails, as a transporter of nodemailer does. */
export interface MailTransport {
  sendMail(mail: Mail): Promise<unknown>;
  close?(): void;
}

/** A mail about an alert. */
export interface Mail {
  readonly from: string;
  readonly to: string | string[];
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly headers: Record<string, string>;
  readonly disableFileAccess: true;
  readonly disableUrlAccess: true;
}

/** Which server takes the mails, and for whom they are. */
export interface SmtpChannelOptions {
  /** @default 'smtp' */
  readonly name?: string;
  /**
   * What nodemailer takes: a URL such as `smtps://user:password@mail.example.com`, or the options of its SMTP transport.
   * Or a transporter that the application has made.
   */
  readonly transport: string | MailTransport | Readonly<Record<string, unknown>>;
  readonly from: string;
  readonly to: string | readonly string[];
}

/** How long, in milliseconds, a server may take to answer: nodemailer would leave a connection open for minutes. */
const PATIENCE = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 10_000 };

/** Part of `nodemailer` that is used. */
interface Nodemailer {
  createTransport: (options: object) => MailTransport;
}

/** Alerts as mails in plain text, by nodemailer, which the application installs. Those of one alert are one thread. */
export function smtpChannel(options: SmtpChannelOptions): CheckedChannel {
  const { name = 'smtp', transport = '', from = '', to = [] } = optionsOf(options);
  return {
    name,
    faults: () => faultsOf(name, options),
    async deliver(message) {
      const mail = mailOf(message, from, typeof to === 'string' ? to : [...to]);
      try {
        if (isTransporter(transport)) await transport.sendMail(mail);
        else await sendBy(transport, mail);
      } catch (error) {
        throw new AlertNotDeliveredError(name, reasonOf(error));
      }
    },
  };
}

async function sendBy(transport: string | Readonly<Record<string, unknown>>, mail: Mail): Promise<void> {
  const options = typeof transport === 'string' ? { url: transport } : transport;
  const { createTransport } = await nodemailer();
  const mailer = createTransport({ ...PATIENCE, ...options });
  try {
    await mailer.sendMail(mail);
  } finally {
    mailer.close?.();
  }
}

function isTransporter(transport: SmtpChannelOptions['transport']): transport is MailTransport {
  return (
    isTransport(transport) &&
    typeof transport !== 'string' &&
    'sendMail' in transport &&
    typeof transport.sendMail === 'function'
  );
}

function mailOf(message: AlertMessage, from: string, to: string | string[]): Mail {
  const text = textOf(message);
  const { id, alertId, phase } = message;
  return {
    from,
    to,
    subject: text.title,
    text: paragraphs(text),
    messageId: `<${id}@flamingock>`,
    ...(phase !== 'opened' && { inReplyTo: `<${alertId}-opened@flamingock>` }),
    headers: { 'X-Flamingock-Alert': alertId },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** What the server has said is left out: it may repeat what it was told. */
function reasonOf(error: unknown): string {
  const { code, responseCode, command } = (
    typeof error === 'object' && error !== null ? error : {}
  ) as Record<string, unknown>;
  const facts = [code, responseCode, command].filter(
    (fact) => typeof fact === 'string' || typeof fact === 'number',
  );
  return facts.length > 0 ? `the mail was not taken (${facts.join(', ')})` : 'the mail was not taken';
}

async function nodemailer(): Promise<Nodemailer> {
  const { default: module } = (await import('nodemailer')) as unknown as { default: Nodemailer };
  return module;
}

async function faultsOf(name: string, options: SmtpChannelOptions): Promise<string[]> {
  const where = `channel "${name}"`;
  const { transport, from, to } = optionsOf(options);
  const faults = optionFaults<SmtpChannelOptions>('smtpChannel()', options, {
    name: true,
    transport: true,
    from: true,
    to: true,
  });
  const addresses: readonly unknown[] = Array.isArray(to) ? to : [to];
  if (!isTransport(transport))
    faults.push(`${where}: transport must be an smtp or smtps URL, options for nodemailer, or a transporter`);
  if (!isAddress(from)) faults.push(`${where}: from must be an address`);
  if (addresses.length === 0 || !addresses.every(isAddress))
    faults.push(`${where}: to must be an address, or a list of them`);
  const isOwn = transport !== undefined && isTransporter(transport);
  return isOwn ? faults : [...faults, ...(await missingNodemailer(where))];
}

async function missingNodemailer(where: string): Promise<string[]> {
  try {
    await nodemailer();
    return [];
  } catch (error) {
    return [
      `${where}: nodemailer cannot be loaded. Install it (npm install nodemailer): ${errorText(error)}`,
    ];
  }
}

function isTransport(transport: unknown): boolean {
  if (typeof transport === 'string') return /^smtps?:\/\/./.test(transport) && URL.canParse(transport);
  return typeof transport === 'object' && transport !== null;
}

function isAddress(address: unknown): boolean {
  return typeof address === 'string' && /^[^\r\n]*@[^\r\n]*$/.test(address);
}
