import type { InMemoryDatabase, InMemoryTables } from '@nestjs-flamingock/testing';

/** The states of a database, one for each write, so that it can lose the last of them. */
export class WriteLog {
  private readonly states: InMemoryTables[];

  constructor(private readonly database: InMemoryDatabase) {
    this.states = [database.snapshot()];
  }

  /** Takes note of what a statement may have written. */
  observe(): void {
    const now = this.database.snapshot();
    if (differ(now, this.states.at(-1)!)) this.states.push(now);
  }

  /** Loses the last writes, as many of them as there are. */
  lose(writes: number): void {
    this.states.length = Math.max(1, this.states.length - writes);
    this.database.restore(this.states.at(-1)!);
  }
}

/** Values are replaced and never changed in place, so that it is enough to compare them by identity. */
function differ(one: InMemoryTables, other: InMemoryTables): boolean {
  return (Object.keys(one) as (keyof InMemoryTables)[]).some((table) => {
    const [rows, before] = [one[table], other[table]] as ReadonlyMap<string, unknown>[];
    return rows!.size !== before!.size || [...rows!].some(([key, row]) => before!.get(key) !== row);
  });
}
