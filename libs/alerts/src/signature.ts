import { createHmac } from 'node:crypto';

/** Bytes that a secret has at least and at most, as Standard Webhooks recommends. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const PREFIX = 'whsec_';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What is wrong with a secret. No fault shows it. */
export function secretFault(where: string, secret: unknown): string | undefined {
  const rule = `must be ${LEAST_BYTES} to ${MOST_BYTES} random bytes in base64, such as \`openssl rand -base64 32\` prints, with or without "${PREFIX}" before them`;
  if (typeof secret !== 'string' || !BASE64.test(bare(secret))) return `${where} ${rule}`;
  const { length } = keyOf(secret);
  return length < LEAST_BYTES || length > MOST_BYTES ? `${where} ${rule}: it has ${length}` : undefined;
}

/** What is signed, and when, in seconds since 1970. */
export interface SignedContent {
  readonly id: string;
  readonly timestamp: number;
  readonly body: string;
}

/** Headers of Standard Webhooks, with a signature by each secret: a receiver needs to know only one of them. */
export function signedHeaders(
  { id, timestamp, body }: SignedContent,
  secrets: readonly string[],
): Record<string, string> {
  const content = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(bare(secret), 'base64');
}

function bare(secret: string): string {
  return secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
}
