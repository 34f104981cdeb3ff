import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Database } from '../participant.js';

/** Milliseconds that a message takes, each way, between a participant and a server that is far away. */
export const ONE_WAY_MS = 1;

/** Reaches a database as if its server were in another zone of the same region. */
export async function fromFar<T>(database: Database, work: (far: Database) => Promise<T>): Promise<T> {
  const { hostname, port } = new URL(database.url);
  const sockets: Socket[] = [];
  const between = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    sockets.push(near, far);
    carry(near, far);
    carry(far, near);
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  const url = new URL(database.url);
  url.host = `127.0.0.1:${(between.address() as AddressInfo).port}`;
  try {
    return await work({ ...database, url: url.href });
  } finally {
    for (const socket of sockets) socket.destroy();
    between.close();
  }
}

function carry(from: Socket, to: Socket): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), ONE_WAY_MS));
  from.on('end', () => setTimeout(() => to.end(), ONE_WAY_MS));
  from.on('error', () => to.destroy());
}
