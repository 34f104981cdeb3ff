import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

const SECRET = Buffer.alloc(32, 7).toString('base64');

/** What an application signs its webhooks with that such a receiver believes. */
export const WEBHOOK_SECRETS: readonly string[] = [SECRET];

/** An alert as a CloudEvent. */
export interface AlertEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data: { readonly alertId: string; readonly guidance: readonly string[]; readonly text: string };
}

/** A receiver of signed webhooks, which keeps what is genuine. */
export class AlertReceiver {
  readonly events: AlertEvent[] = [];
  readonly forged: string[] = [];
  /** Requests that it does not answer. */
  hangs = 0;
  isHanging = false;
  private server = this.create();
  private port = 0;

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Is away until it listens again, at the same address. */
  async leave(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.server = this.create();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/alerts`;
  }

  /** What it was told, without the signs of what it is about. */
  get told(): string[] {
    return this.events.map(
      ({ type, subject }) => `${type.replace('nestjs-flamingock.alert.', '')} ${subject}`,
    );
  }

  private create() {
    return createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (this.isHanging) {
          this.hangs++;
          return;
        }
        if (isGenuine(request.headers, body)) this.events.push(JSON.parse(body) as AlertEvent);
        else this.forged.push(body);
        response.writeHead(204).end();
      });
    });
  }
}

/** As the specification of Standard Webhooks has receivers do it. */
function isGenuine(headers: IncomingHttpHeaders, body: string): boolean {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(headers[name]),
  );
  if (Math.abs(Date.now() / 1_000 - Number(timestamp)) > 300) return false;
  const expected = createHmac('sha256', Buffer.from(SECRET, 'base64'))
    .update(`${id}.${timestamp}.${body}`)
    .digest();
  return String(signatures)
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}
