import type { AddressInfo } from 'node:net';
import { errorText } from '@nestjs-flamingock/core/adapter';
import { SMTPServer } from 'smtp-server';
import { AlertNotDeliveredError } from './alerts.errors.js';
import { aMessage } from './fixtures/messages.js';
import { smtpChannel } from './smtp.channel.js';

let mails: string[];
let server: SMTPServer;
let refusal: Error | undefined;

beforeEach(async () => {
  mails = [];
  refusal = undefined;
  server = new SMTPServer({
    authOptional: true,
    closeTimeout: 100,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ password }, _session, callback) => callback(new Error(`no such password: ${password ?? ''}`)),
    onData: (stream, _session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString());
        callback(refusal);
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => new Promise<void>((resolve) => server.close(resolve)));

const port = () => (server.server.address() as AddressInfo).port;
const channel = (transport: string | Record<string, unknown> = `smtp://127.0.0.1:${port()}`) =>
  smtpChannel({ transport, from: 'flamingock@example.com', to: ['ops@example.com', 'dev@example.com'] });
const never = () => new AbortController().signal;

describe('a mail server', () => {
  it('gets a mail in plain text, in one thread with the others about the alert', async () => {
    const hostile = 'subject\r\nBcc: eve@example.com';
    await channel().deliver(aMessage({ title: hostile }), never());
    await channel().deliver(aMessage({ id: 'issue-ab-resolved', phase: 'resolved' }), never());
    const [opened = '', resolved = ''] = mails;
    expect(opened).toMatch(/^Subject: \[shop\] subject Bcc: eve@example.com\r$/m);
    expect(opened).not.toMatch(/^Bcc:/m);
    expect(opened).toMatch(/^To: ops@example.com, dev@example.com\r$/m);
    expect(opened).toMatch(/^X-Flamingock-Alert: issue-ab\r$/m);
    expect(opened).toMatch(/^Message-ID: <issue-ab-opened@flamingock>\r$/m);
    expect(opened).toContain('Content-Type: text/plain');
    expect(opened).toContain('It was started and never ended.');
    expect(resolved).toMatch(/^In-Reply-To: <issue-ab-opened@flamingock>\r$/m);
  });

  it('that refuses is told without what it says', async () => {
    const transport = { host: '127.0.0.1', port: port(), auth: { user: 'ops', pass: 's3cret' }, tls: {} };
    const error: unknown = await channel(transport)
      .deliver(aMessage(), never())
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AlertNotDeliveredError);
    expect((error as Error).message).toContain('EAUTH, 535');
    expect(errorText(error)).not.toContain('s3cret');
    refusal = new Error('full');
    await expect(channel().deliver(aMessage(), never())).rejects.toBeInstanceOf(AlertNotDeliveredError);
  });

  it('that does not greet is given up', async () => {
    server.onConnect = () => undefined;
    const transport = { host: '127.0.0.1', port: port(), greetingTimeout: 100 };
    await expect(channel(transport).deliver(aMessage(), never())).rejects.toThrow('ETIMEDOUT');
  });

  it('is not asked where the application has a transporter of its own, which stays open', async () => {
    const sent: unknown[] = [];
    let closed = 0;
    const own = { sendMail: (mail: unknown) => Promise.resolve(sent.push(mail)), close: () => closed++ };
    const mails = smtpChannel({ transport: own, from: 'a@example.com', to: 'b@example.com' });
    expect(await mails.faults()).toEqual([]);
    await mails.deliver(aMessage(), never());
    expect([sent.length, closed]).toEqual([1, 0]);
    expect(sent[0]).toMatchObject({ disableFileAccess: true, disableUrlAccess: true });
  });
});
