import { setTimeout as delay } from 'node:timers/promises';

/**
 * One promise of a port, checked. Rejects with an `AssertionError` where it is broken.
 *
 * The lists are made for any test runner:
 * `for (const { title, run } of lockStoreContract(open)) it(title, run);`
 */
export interface ContractCase {
  /** The behaviour that is checked. */
  readonly title: string;
  /** Opens a backend, checks it, and closes it. */
  readonly run: () => Promise<void>;
}

/** What every opener returns besides the port itself. */
export interface ContractBackend {
  /**
   * Lets `ms` milliseconds pass on the backend's clock.
   *
   * @default waits for as long
   */
  readonly elapse?: (ms: number) => Promise<void>;
  /** Closes every connection that was opened for the case. */
  readonly close: () => Promise<void>;
}

/** A check by its title. */
export type ContractChecks<B> = Readonly<Record<string, (backend: B) => Promise<void>>>;

/** Turns checks into cases, each with a separate backend that is closed also after a failure. */
export function contract<B extends ContractBackend>(
  open: () => Promise<B>,
  checks: ContractChecks<B>,
): ContractCase[] {
  return Object.entries(checks).map(([title, check]) => ({
    title,
    run: async () => {
      const backend = await open();
      try {
        await check(backend);
      } finally {
        await backend.close();
      }
    },
  }));
}

/** Lets `ms` milliseconds pass for `backend`. */
export function elapse(backend: ContractBackend, ms: number): Promise<void> {
  return backend.elapse ? backend.elapse(ms) : delay(ms);
}

/** `count` results of `make`, asked for one after the other. */
export async function several<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) made.push(await make());
  return made;
}

/** Ids that a careless statement, pattern or collation gets wrong; all different. */
export const HOSTILE_IDS: readonly string[] = [
  'orders',
  'Orders',
  'orders ',
  'orders%',
  'order_',
  `'";-- drop`,
  '\\',
  '📦 órdenes',
  '$where',
  'a.b',
];
