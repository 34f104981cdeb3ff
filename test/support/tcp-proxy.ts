import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and breaks what a test wants broken. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private trap: { readonly request: RegExp; readonly isDelivered: boolean } | undefined;
  private isDown = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {}

  /** A proxy in front of the server of `url`, which names its port. */
  static async before(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const proxy = new TcpProxy(server, { host: hostname, port: Number(port) });
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

  /**
   * Delivers the next request that matches and cuts the connection in place of its answer:
   * the server has done it, and the client does not know.
   */
  dropAnswerTo(request: RegExp): void {
    this.trap = { request, isDelivered: true };
  }

  /** Cuts the connection in place of delivering the next request that matches. */
  drop(request: RegExp): void {
    this.trap = { request, isDelivered: false };
  }

  /** True while a request is waited for that is to be dropped, or its answer. */
  get isArmed(): boolean {
    return this.trap !== undefined;
  }

  /** Cuts all connections, and accepts none until {@link up}. */
  down(): void {
    this.isDown = true;
    for (const socket of this.sockets) socket.destroy();
  }

  up(): void {
    this.isDown = false;
  }

  async close(): Promise<void> {
    this.down();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(client: Socket): void {
    if (this.isDown) return void client.destroy();
    const upstream = connect(this.target);
    let isCut = false;
    client.on('data', (request: Buffer) => {
      const { trap } = this;
      if (!trap?.request.test(request.toString('latin1'))) return void upstream.write(request);
      this.trap = undefined;
      isCut = true;
      if (trap.isDelivered) upstream.write(request);
      else client.destroy();
    });
    upstream.on('data', (answer: Buffer) => {
      if (isCut) client.destroy();
      else client.write(answer);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}
