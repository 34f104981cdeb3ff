import type { Cluster, Command, Redis } from 'ioredis';

/** A client of the application: of one server, of Sentinel's master, or of a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/** What a pipeline of ioredis hands its commands to. */
export interface PipelineStream {
  write(data: string): void;
}

/** How every command leaves a client of ioredis. */
export type SendCommand = (command: Command, stream?: PipelineStream, node?: unknown) => unknown;

/** True for a client that knows several nodes. */
export function isCluster(client: RedisClient): client is Cluster {
  return client.isCluster;
}

/** What ioredis puts before each key that it knows of. */
export function prefixOf({ options }: RedisClient): string {
  return options.keyPrefix ?? '';
}

/** Where the client connects to, for messages. */
export function addressOf(client: RedisClient): string {
  if (isCluster(client)) {
    const nodes = client.nodes().map(({ options }) => `${options.host}:${options.port}`);
    return nodes.length === 0 ? 'the nodes of the Redis Cluster' : nodes.join(', ');
  }
  const { path, host, port, sentinels, name } = client.options;
  if (sentinels?.length) {
    const list = sentinels.map((one) => `${one.host ?? 'localhost'}:${one.port ?? 26379}`).join(', ');
    return `master "${name}" of Sentinel ${list}`;
  }
  return path ?? `${host ?? 'localhost'}:${port ?? 6379}`;
}
