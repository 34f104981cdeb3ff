import { FencedError, type AuditEntry } from '@nestjs-flamingock/core';
import {
  GENESIS_HASH,
  HISTORY_FORMAT,
  isAsked,
  isClaimedBeyond,
  type AuditBatch,
  type AuditHead,
  type AuditStore,
  type HistoryQuery,
  type LockHold,
  type Settlement,
  type Transaction,
} from '@nestjs-flamingock/core/adapter';
import { InMemoryDatabase } from './in-memory-database.js';
import { InMemoryLockStore } from './in-memory-lock.store.js';
import { InMemoryRecordStore } from './in-memory-record.store.js';
import { sessionOf } from './in-memory-transaction.js';

const FIRST_HEAD: AuditHead = {
  token: 0,
  owner: null,
  format: HISTORY_FORMAT,
  seq: 0,
  hash: GENESIS_HASH,
  settled: null,
};

/** History in memory, with its lock beside it. Keeps every promise of {@link AuditStore} but survival. */
export class InMemoryAuditStore implements AuditStore {
  readonly resource: InMemoryDatabase;
  readonly lock: InMemoryLockStore;
  readonly records: InMemoryRecordStore;

  /** @param database Give several stores the same one to have several instances of an application. */
  constructor(database: InMemoryDatabase = new InMemoryDatabase()) {
    this.resource = database;
    this.lock = new InMemoryLockStore(database);
    this.records = new InMemoryRecordStore(database);
  }

  prepare(): Promise<void> {
    return this.resource.read('prepare', () => undefined);
  }

  describe(): Promise<string> {
    return Promise.resolve('the memory of this process');
  }

  place(): Promise<string> {
    return Promise.resolve(this.resource.name);
  }

  now(): Promise<number> {
    return this.resource.read('now', () => this.resource.now());
  }

  readHead(service: string): Promise<AuditHead | undefined> {
    return this.resource.read('readHead', ({ heads }) => heads.get(service));
  }

  readSnapshot(service: string): Promise<AuditEntry[]> {
    return this.resource.read('readSnapshot', ({ entries }) => {
      const history = entries.get(service) ?? [];
      return [...new Map(history.map((entry) => [entry.changeId, entry])).values()];
    });
  }

  async *readHistory(service: string, query: HistoryQuery = {}): AsyncIterable<AuditEntry> {
    yield* await this.resource.read('readHistory', ({ entries }) => {
      const found = (entries.get(service) ?? []).filter((entry) => isAsked(entry, query));
      return (query.order === 'newest-first' ? found.reverse() : found).slice(0, query.limit);
    });
  }

  claimHead({ service, token, owner }: LockHold): Promise<AuditHead> {
    return this.resource.write('claimHead', ({ heads }) => {
      const head = heads.get(service) ?? FIRST_HEAD;
      if (isClaimedBeyond(head, { token, owner })) throw new FencedError(service, token, 'the audit history');
      const format = Math.max(head.format ?? 1, HISTORY_FORMAT);
      const claimed = Object.freeze({ ...head, token, owner, format });
      heads.set(service, claimed);
      return claimed;
    });
  }

  async append({ hold: { service, token, owner }, entries }: AuditBatch, tx?: Transaction): Promise<void> {
    const added = entries.map(frozen);
    await sessionOf(this.resource, tx).write('append', (tables) => {
      const head = tables.heads.get(service);
      if (head?.token !== token || head.owner !== owner || !follow(head, entries)) {
        throw new FencedError(service, token, 'the audit history');
      }
      const { seq, hash } = entries.at(-1) ?? head;
      tables.entries.set(service, [...(tables.entries.get(service) ?? []), ...added]);
      tables.heads.set(service, Object.freeze({ ...head, seq, hash }));
    });
  }

  settle({ service, token, owner }: LockHold, settled: Settlement): Promise<void> {
    return this.resource.write('settle', ({ heads }) => {
      const head = heads.get(service);
      if (head?.token !== token || head.owner !== owner || head.seq !== settled.seq) return;
      heads.set(service, Object.freeze({ ...head, settled: Object.freeze({ ...settled }) }));
    });
  }
}

function follow(head: AuditHead, entries: AuditBatch['entries']): boolean {
  const [{ prevHash }] = entries;
  return prevHash === head.hash && entries.every(({ seq }, index) => seq === head.seq + 1 + index);
}

function frozen(entry: AuditEntry): AuditEntry {
  return Object.freeze({ ...entry, metadata: Object.freeze({ ...entry.metadata }) });
}
