import { FencedError } from '@nestjs-flamingock/core';
import type {
  NewRecord,
  RecordCondition,
  RecordKey,
  RecordPage,
  RecordStore,
  StoredRecord,
  Transaction,
} from '@nestjs-flamingock/core/adapter';
import type { InMemoryDatabase, InMemoryTables } from './in-memory-database.js';
import { sessionOf } from './in-memory-transaction.js';
import { InMemoryConflictError } from './in-memory.errors.js';

/** A version that no record has. */
const NONE = -1;

/** Records in memory, whose clock is their database's. */
export class InMemoryRecordStore implements RecordStore {
  constructor(private readonly database: InMemoryDatabase) {}

  read(key: RecordKey): Promise<StoredRecord | undefined> {
    return this.database.read('readRecord', ({ records }) => records.get(nameOf(key)));
  }

  list(service: string, kind: string, { after, limit = 100 }: RecordPage = {}): Promise<StoredRecord[]> {
    return this.database.read('listRecords', ({ records }) =>
      [...records.values()]
        .filter((one) => one.service === service && one.kind === kind)
        .filter(({ key }) => after === undefined || compare(key, after) > 0)
        .sort((a, b) => compare(a.key, b.key))
        .slice(0, limit),
    );
  }

  write(record: NewRecord, condition: RecordCondition, tx?: Transaction): Promise<boolean> {
    const { service, kind, key, value } = record;
    return this.decide('writeRecord', record, condition, tx, ({ records }) => {
      const version = condition.ifVersion + 1;
      const written = { service, kind, key, value, version, updatedAt: this.database.now() };
      records.set(nameOf(record), Object.freeze(written));
    });
  }

  remove(key: RecordKey, condition: RecordCondition, tx?: Transaction): Promise<boolean> {
    const existing = { ...condition, ifVersion: condition.ifVersion || NONE };
    return this.decide('removeRecord', key, existing, tx, ({ records }) => records.delete(nameOf(key)));
  }

  /** A transaction acts once more at its commit, and then has to come to the same. */
  private decide(
    name: string,
    key: RecordKey,
    { ifVersion, hold }: RecordCondition,
    tx: Transaction | undefined,
    act: (tables: InMemoryTables) => unknown,
  ): Promise<boolean> {
    let decided: boolean | undefined;
    return sessionOf(this.database, tx).write(name, (tables) => {
      const head = hold && tables.heads.get(hold.service);
      if (hold && (head?.token !== hold.token || head.owner !== hold.owner))
        throw new FencedError(hold.service, hold.token, 'the records');
      const holds = (tables.records.get(nameOf(key))?.version ?? 0) === ifVersion;
      if (decided === true && !holds) throw new InMemoryConflictError(key.kind, key.key);
      decided ??= holds;
      if (decided) act(tables);
      return decided;
    });
  }
}

function nameOf({ service, kind, key }: RecordKey): string {
  return JSON.stringify([service, kind, key]);
}

/** As UTF-8 is compared, and not UTF-16. */
function compare(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
