import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What happens to a request that a test waits for, or to its answer:
 *
 * - `drop request`: the connection is cut in place of delivering it
 * - `drop answer`: it is delivered, and the connection is cut in place of its answer: the
 *   server has done it, and the client does not know
 * - `reset`: as `drop answer`, but the connection is reset, not closed
 * - `hang`: it is not delivered, and from then on the whole way is silent, see {@link TcpProxy.hang}
 * - `{ delayMs }`: it is delivered, and the server is not heard on this connection for so long
 */
export type Treatment = 'drop request' | 'drop answer' | 'reset' | 'hang' | { readonly delayMs: number };

/** Stands between a client and a server, and breaks what a test wants broken. */
export class TcpProxy {
  private readonly ways = new Set<Way>();
  private trap: { readonly request: RegExp; readonly treatment: Treatment } | undefined;
  private state: 'up' | 'down' | 'hanging' = 'up';

  private constructor(
    private readonly server: Server,
    private target: { host: string; port: number },
  ) {}

  /** A proxy in front of the server of `url`, which names its port. */
  static async before(url: string): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, addressIn(url));
    server.on('connection', (client) => proxy.serve(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The address of the proxy in place of the server's. */
  through(url: string): string {
    const changed = new URL(url);
    changed.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return changed.href;
  }

  /** New connections go to another server. */
  pointTo(url: string): void {
    this.target = addressIn(url);
  }

  /** Treats the next request that matches. */
  meet(request: RegExp, treatment: Treatment): void {
    this.trap = { request, treatment };
  }

  /** True while a request is waited for. */
  get isArmed(): boolean {
    return this.trap !== undefined;
  }

  /** Waits for no request any more. */
  disarm(): void {
    this.trap = undefined;
  }

  /** Cuts all connections, and accepts none until {@link up}. */
  down(): void {
    this.state = 'down';
    for (const way of this.ways) way.cut();
  }

  /**
   * Half-open: every connection stays and is silent, new ones as well. After {@link up} the
   * clients find theirs closed, while the server still waits for them.
   */
  hang(): void {
    this.state = 'hanging';
    for (const way of this.ways) way.hang();
  }

  up(): void {
    this.state = 'up';
    for (const way of this.ways) way.leaveServerWaiting();
  }

  async close(): Promise<void> {
    this.down();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(client: Socket): void {
    if (this.state === 'down') return void client.destroy();
    const way = new Way(client, connect(this.target), (request) => this.treatmentOf(request));
    this.ways.add(way);
    way.whenGone(() => this.ways.delete(way));
    if (this.state === 'hanging') way.hang();
  }

  private treatmentOf(request: Buffer): Treatment | undefined {
    const { trap } = this;
    if (!trap?.request.test(request.toString('latin1'))) return undefined;
    this.trap = undefined;
    if (trap.treatment === 'hang') this.hang();
    return trap.treatment;
  }
}

function addressIn(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

/** One connection of a client, and the one to the server that goes with it. */
class Way {
  private isSilent = false;
  private cutsAnswer = false;
  private resets = false;
  private mutedUntil = 0;
  private lastWrite: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly treatmentOf: (request: Buffer) => Treatment | undefined,
  ) {
    client.on('data', (request: Buffer) => this.request(request));
    server.on('data', (answer: Buffer) => this.answer(answer));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => !this.isSilent && other.destroy());
    }
  }

  whenGone(then: () => void): void {
    this.server.on('close', then);
  }

  cut(): void {
    this.client.destroy();
    this.server.destroy();
  }

  hang(): void {
    this.isSilent = true;
  }

  leaveServerWaiting(): void {
    if (this.isSilent) this.client.destroy();
  }

  private request(request: Buffer): void {
    const treatment = this.treatmentOf(request);
    if (treatment === 'drop request') this.cut();
    if (this.isSilent || this.server.destroyed) return;
    if (treatment === 'drop answer' || treatment === 'reset') this.cutsAnswer = true;
    if (treatment === 'reset') this.resets = true;
    if (typeof treatment === 'object') this.mutedUntil = performance.now() + treatment.delayMs;
    this.server.write(request);
  }

  private answer(answer: Buffer): void {
    if (this.resets) this.client.resetAndDestroy();
    if (this.cutsAnswer) this.cut();
    if (this.isSilent || this.client.destroyed) return;
    this.lastWrite = this.lastWrite.then(async () => {
      const muteMs = this.mutedUntil - performance.now();
      if (muteMs > 0) await sleep(muteMs);
      this.client.write(answer);
    });
  }
}
