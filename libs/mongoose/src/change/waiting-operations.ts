import { overrideMethod } from '@nestjs-flamingock/core/adapter';
import type { mongo } from 'mongoose';

/** How the driver's client knows its servers: replaced each time it connects. */
interface Topology {
  readonly selectServer: (...args: unknown[]) => Promise<unknown>;
}

// Topologies whose operations wait.
const waiting = new WeakSet<object>();

/**
 * Has each operation of the client wait for the promise of `admission` before it chooses a server; what that throws
 * refuses the operation. That is the one
 * place that every operation passes and where the driver can wait.
 *
 * @returns ends it
 */
export function waitingOperations(
  client: mongo.MongoClient,
  admission: (operation: string | undefined) => Promise<void> | undefined,
): () => void {
  const topology = topologyOf(client);
  if (!topology || typeof topology.selectServer !== 'function') return () => undefined;
  const restore = overrideMethod<'selectServer', Topology['selectServer']>(
    topology,
    'selectServer',
    (original) =>
      async (...args) => {
        const wait = admission(nameOf(args[1]));
        if (wait) await wait;
        return original(...args);
      },
  );
  waiting.add(topology);
  return () => {
    waiting.delete(topology);
    restore();
  };
}

/** True while operations of the client wait for their admission. */
export function canWait(client: mongo.MongoClient): boolean {
  const topology = topologyOf(client);
  return topology !== undefined && waiting.has(topology);
}

function topologyOf(client: mongo.MongoClient): Topology | undefined {
  return Reflect.get(client, 'topology') as Topology | undefined;
}

/** The driver logs it. */
function nameOf(options: unknown): string | undefined {
  const { operationName } = (options ?? {}) as { operationName?: unknown };
  return typeof operationName === 'string' ? operationName : undefined;
}
