import type {
  AdapterDefinition,
  AuditStore,
  TargetSystem,
  TransactionalTargetSystem,
} from '@nestjs-flamingock/core/adapter';

/** Called at every point of the protocol that an adapter passes, by the point's name. */
export type Probe = (point: string) => void;

/** What time decides, so that its points would come anywhere among the others. */
const TIMED = ['renew'];

/**
 * The definition of an audit store or a target system that calls `probe` before and after
 * each of its steps: every method of its ports, and every method of its own that these call.
 * A test can end the process there, or stop it; production never meets any of this.
 */
export function probed<D extends AdapterDefinition<object>>(definition: D, probe: Probe): D {
  const useFactory = definition.useFactory as (...dependencies: unknown[]) => Promise<object>;
  return {
    ...definition,
    useFactory: async (...dependencies: unknown[]) => probeAdapter(await useFactory(...dependencies), probe),
  };
}

function probeAdapter(adapter: object, probe: Probe): object {
  const { lock, records, markers } = adapter as Partial<AuditStore & TransactionalTargetSystem>;
  probeMethods(adapter, lock ? 'audit' : (adapter as TargetSystem).id, probe);
  if (lock) probeMethods(lock, 'lock', probe);
  if (records) probeMethods(records, 'records', probe);
  if (markers) probeMethods(markers, 'markers', probe);
  return adapter;
}

function probeMethods(host: object, name: string, probe: Probe): void {
  for (const method of methodsOf(host)) {
    const original = Reflect.get(host, method) as (...args: unknown[]) => unknown;
    const point = `${name}.${method}`;
    Reflect.set(host, method, (...args: unknown[]): unknown => {
      probe(`before ${point}`);
      const result = original.apply(host, args);
      if (!(result instanceof Promise)) return result;
      return result.then((value: unknown) => {
        probe(`after ${point}`);
        return value;
      });
    });
  }
}

function methodsOf(host: object): string[] {
  const names = new Set<string>();
  for (let at = host; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && name !== 'constructor' && !TIMED.includes(name)) names.add(name);
    }
  }
  return [...names];
}
