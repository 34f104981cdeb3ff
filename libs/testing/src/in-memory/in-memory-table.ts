import type { InMemorySession } from './in-memory-database.js';

/**
 * Rows of an {@link InMemoryTargetSystem}, as a change asks for them:
 * `execute(table: InMemoryTable)`. In a transactional change its writes are seen by others
 * only after the commit. Values must be cloneable, as for `structuredClone`.
 */
export class InMemoryTable {
  /** @param session What the rows are read and written through: the database, or a transaction. */
  constructor(private readonly session: InMemorySession) {}

  /** The value under `key`, or `undefined`. */
  get(key: string): Promise<unknown> {
    return this.session.read('get', ({ rows }) => structuredClone(rows.get(key)));
  }

  /** Puts `value` under `key`, in place of what was there. */
  async set(key: string, value: unknown): Promise<void> {
    const stored: unknown = structuredClone(value);
    await this.session.write('set', ({ rows }) => rows.set(key, stored));
  }

  /** Removes what is under `key`, if anything. */
  async delete(key: string): Promise<void> {
    await this.session.write('delete', ({ rows }) => rows.delete(key));
  }

  /**
   * Makes the commit fail when it comes to this point. A target system takes back what came
   * before, unless it was made with `keepsPart`. Does nothing outside a transaction.
   */
  async failAtCommit(error: Error): Promise<void> {
    let isStaged = false;
    await this.session.write('failAtCommit', () => {
      if (isStaged) throw error;
      isStaged = true;
    });
  }

  /** All rows, in the order in which their keys first appeared. */
  entries(): Promise<[string, unknown][]> {
    return this.session.read('entries', ({ rows }) => structuredClone([...rows]));
  }
}
