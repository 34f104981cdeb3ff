import type { AddressInfo } from 'node:net';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ProbeAnswer } from './probe-answer.js';

/** Milliseconds that a request has to arrive whole. */
const REQUEST_MS = 5_000;
/** Milliseconds between two looks for connections whose time is up. */
const CHECK_MS = 1_000;
/** Connections at a time; those of an orchestrator and a scraper are few. */
const MOST_CONNECTIONS = 64;

/** Where a server listens. */
export interface ProbeAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Answers GET and HEAD on a port of its own, one request per connection. Keeps no process from ending.
 */
export class ProbeServer {
  private constructor(
    private readonly server: Server,
    /** Where it listens; the port that was found, where any would do. */
    readonly address: ProbeAddress,
  ) {}

  /** @throws the error of the system where it cannot listen, as when the port is taken. */
  static async open(
    { host, port }: ProbeAddress,
    answer: (method: string, url: string) => ProbeAnswer,
  ): Promise<ProbeServer> {
    // Loaded only by those who want it.
    const { createServer } = await import('node:http');
    const bounds = {
      keepAlive: false,
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      // Node looks every half a minute otherwise: silent connections would shut the others out for as long.
      connectionsCheckingInterval: CHECK_MS,
    };
    const server = createServer(bounds, (request, response) => respond(request, response, answer));
    server.maxConnections = MOST_CONNECTIONS;
    server.on('connection', (socket) => socket.unref());
    server.unref();
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      // Not shared with other workers of a cluster: each would answer for the others.
      server.listen({ host, port, exclusive: true }, resolve);
    });
    const { port: found } = server.address() as AddressInfo;
    return new ProbeServer(server, { host, port: found });
  }

  /** Resolves once the port is free again. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

function respond(
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  answer: (method: string, url: string) => ProbeAnswer,
): void {
  const { status, type, body } = answer(method, url);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}
