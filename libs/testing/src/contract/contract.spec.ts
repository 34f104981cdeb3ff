import type { AuditEntry } from '@nestjs-flamingock/core';
import type {
  AuditHead,
  AuditStore,
  LockStore,
  RecordStore,
  TransactionalTargetSystem,
} from '@nestjs-flamingock/core/adapter';
import { InMemoryAuditStore } from '../in-memory/in-memory-audit.store.js';
import { InMemoryDatabase } from '../in-memory/in-memory-database.js';
import { InMemoryTable } from '../in-memory/in-memory-table.js';
import { InMemoryTargetSystem } from '../in-memory/in-memory-target-system.js';
import { ManualRuntime } from '../runtime/manual-runtime.js';
import type { AuditBackend } from './audit-backend.js';
import { auditStoreContract } from './audit-store.contract.js';
import { contract, type ContractBackend, type ContractCase } from './contract-case.js';
import { decisionLedgerContract } from './decision-ledger.contract.js';
import { lockStoreContract } from './lock-store.contract.js';
import { recordStoreContract } from './record-store.contract.js';
import { mayGoOn, type PartialBackend, type SharedBackend } from './target-backend.js';
import {
  partialEffectContract,
  sharedTransactionContract,
  transactionalTargetContract,
} from './transactional-target.contract.js';
import { holdOf } from './lock-hold.builder.js';

type Faults<T> = (sound: T, database: InMemoryDatabase) => Partial<T>;

/** `sound` with some of its members replaced by faulty ones. */
function broken<T extends object>(sound: T, faults: Partial<T>): T {
  return new Proxy(sound, {
    get(target, key) {
      const value: unknown = Reflect.get(key in faults ? faults : target, key);
      return typeof value === 'function'
        ? (...args: unknown[]): unknown => Reflect.apply(value, target, args)
        : value;
    },
  });
}

function auditOpener(faults: Faults<AuditStore>): () => Promise<AuditBackend> {
  return async () => {
    const runtime = new ManualRuntime();
    const database = new InMemoryDatabase({ now: runtime.wallMs });
    const connect = (): AuditStore => {
      const store = new InMemoryAuditStore(database);
      return broken<AuditStore>(store, faults(store, database));
    };
    return {
      store: connect(),
      second: async () => connect(),
      elapse: (ms) => runtime.advance(ms),
      close: async () => {},
    };
  };
}

function lockOpener(faults: Faults<LockStore>): () => Promise<AuditBackend> {
  return auditOpener(({ lock }, database) => ({ lock: broken(lock, faults(lock, database)) }));
}

function targetOpener(
  targetFaults: Faults<TransactionalTargetSystem>,
  auditFaults: Faults<AuditStore> = () => ({}),
): () => Promise<SharedBackend> {
  return async () => {
    const database = new InMemoryDatabase();
    const table = new InMemoryTable(database);
    const connect = (): TransactionalTargetSystem => {
      const target = new InMemoryTargetSystem('inventory-db', database);
      return broken<TransactionalTargetSystem>(target, targetFaults(target, database));
    };
    const audit = (): AuditStore => {
      const store = new InMemoryAuditStore(database);
      return broken<AuditStore>(store, auditFaults(store, database));
    };
    return {
      target: connect(),
      second: async () => connect(),
      write: (handles, key, value) => (handles.get(InMemoryTable) as InMemoryTable).set(key, value),
      read: async (key) => (await table.get(key)) as string | undefined,
      audit: audit(),
      secondAudit: async () => audit(),
      close: async () => {},
    };
  };
}

function recordOpener(faults: (sound: RecordStore) => Partial<RecordStore>): () => Promise<AuditBackend> {
  return auditOpener(({ records }) => ({ records: broken(records, faults(records)) }));
}

/** A target that keeps part of a change, as `keepsPart` has it, with faulty members. */
function partialOpener(
  keepsPart: boolean,
  faults: Faults<TransactionalTargetSystem> = () => ({}),
): () => Promise<PartialBackend> {
  return async () => {
    const database = new InMemoryDatabase();
    const table = new InMemoryTable(database);
    const connect = (): TransactionalTargetSystem => {
      const target = new InMemoryTargetSystem('inventory-db', database, { keepsPart });
      return broken<TransactionalTargetSystem>(target, faults(target, database));
    };
    return {
      target: connect(),
      second: async () => connect(),
      write: (handles, key, value) => (handles.get(InMemoryTable) as InMemoryTable).set(key, value),
      writeInPart: async (handles, kept, lost) => {
        const lent = handles.get(InMemoryTable) as InMemoryTable;
        await lent.set(kept, 'v');
        await lent.failAtCommit(new TypeError('no room'));
        await lent.set(lost, 'v');
      },
      read: async (key) => (await table.get(key)) as string | undefined,
      close: async () => {},
    };
  };
}

async function brokenPromises(cases: readonly ContractCase[]): Promise<string[]> {
  const titles: string[] = [];
  for (const { title, run } of cases) {
    await run().catch(() => titles.push(title));
  }
  return titles;
}

/** The hold that has claimed a head. */
const holdBy = (service: string, head: AuditHead | undefined) =>
  holdOf(head?.token ?? 0, service, head?.owner ?? '');

const FAULTY: Readonly<Record<string, ContractCase[]>> = {
  'a lock that looks first and takes afterwards': lockStoreContract(
    lockOpener((lock) => ({
      async acquire(claim) {
        const held = await lock.read(claim.service);
        if (held) await lock.release(held);
        return lock.acquire(claim);
      },
    })),
  ),
  'a lock whose release forgets the token': lockStoreContract(
    lockOpener((_lock, database) => ({
      release: ({ service }) => database.write('release', ({ locks }) => void locks.delete(service)),
    })),
  ),
  'a lock that renews whatever token it is given': lockStoreContract(
    lockOpener((lock) => ({
      async renew({ service }, leaseMs) {
        const held = await lock.read(service);
        return held ? lock.renew(held, leaseMs) : 'lost';
      },
    })),
  ),
  'a lock that does not renew an expired hold': lockStoreContract(
    lockOpener((lock, database) => ({
      async renew(hold, leaseMs) {
        const held = await lock.read(hold.service);
        return held && held.expiresAt > database.now() ? lock.renew(hold, leaseMs) : 'lost';
      },
    })),
  ),
  'a lock that ignores case': lockStoreContract(
    lockOpener((lock) => ({
      acquire: (claim) => lock.acquire({ ...claim, service: claim.service.toLowerCase() }),
    })),
  ),
  'a history that trusts whoever writes it': auditStoreContract(
    auditOpener((store) => ({
      async append({ hold: { service }, entries }) {
        const head = await store.readHead(service);
        await store.append({ hold: holdBy(service, head), entries });
      },
    })),
  ),
  'a history that writes the entries of a batch one by one': auditStoreContract(
    auditOpener((store) => ({
      async append(batch) {
        for (const entry of batch.entries) await store.append({ ...batch, entries: [entry] });
      },
    })),
  ),
  'a history that gives its head to lower tokens': auditStoreContract(
    auditOpener((_store, database) => ({
      claimHead: ({ service, token, owner }) =>
        database.write('claimHead', ({ heads }) => {
          const head = heads.get(service) ?? { seq: 0, hash: '0'.repeat(64), settled: null };
          const claimed = { ...head, token, owner };
          heads.set(service, claimed);
          return claimed;
        }),
    })),
  ),
  'a history that settles for anyone': auditStoreContract(
    auditOpener((store) => ({
      async settle({ service }, settled) {
        const head = await store.readHead(service);
        if (head) await store.settle(holdBy(service, head), settled);
      },
    })),
  ),
  'a history that reads one page only': auditStoreContract(
    auditOpener((store) => ({
      async *readHistory(service, query) {
        let left = 1000;
        for await (const entry of store.readHistory(service, query)) if (--left >= 0) yield entry;
      },
    })),
  ),
  'a history that reads backwards what it was asked for forwards': auditStoreContract(
    auditOpener((store) => ({
      async *readHistory(service, query = {}) {
        const found: AuditEntry[] = [];
        for await (const entry of store.readHistory(service, { ...query, order: 'oldest-first' }))
          found.push(entry);
        yield* query.order === 'newest-first' ? found.reverse() : found;
      },
    })),
  ),
  'a history that takes the changes of others for the one that is asked for': auditStoreContract(
    auditOpener((store) => ({
      readHistory: (service, { changeId: _, ...query } = {}) => store.readHistory(service, query),
    })),
  ),
  'a history that stores an empty text as null': auditStoreContract(
    auditOpener((store) => ({
      readSnapshot: async (service) =>
        (await store.readSnapshot(service)).map((entry) => ({
          ...entry,
          error: entry.error === '' ? null : entry.error,
        })),
    })),
  ),
  'a target that commits its marker before the work': transactionalTargetContract(
    targetOpener((target) => ({
      async transaction(change, work, marker) {
        if (marker) await target.transaction(change, async () => {}, marker);
        return target.transaction(change, work);
      },
    })),
  ),
  'a target without a fence': transactionalTargetContract(
    targetOpener((target) => ({
      transaction: (change, work, marker) =>
        target.transaction(change, work, marker && { ...marker, token: 1_000 }),
    })),
  ),
  'a target that writes outside its transaction': transactionalTargetContract(
    targetOpener((target) => ({
      async transaction(change, work) {
        try {
          await target.run(change, (handles) => work(handles, { resource: target.resource }), mayGoOn);
          return { status: 'committed' };
        } catch (error) {
          return { status: 'rolled-back', error };
        }
      },
    })),
  ),
  'a target that wraps the error of the work': transactionalTargetContract(
    targetOpener((target) => ({
      async transaction(change, work, marker) {
        const outcome = await target.transaction(change, work, marker);
        if (outcome.status === 'committed') return outcome;
        return { ...outcome, error: new TypeError('failed', { cause: outcome.error }) };
      },
    })),
  ),
  'a target that keeps part of a change and says that nothing is there': partialEffectContract(
    partialOpener(true, (target) => ({
      async transaction(change, work, marker) {
        const outcome = await target.transaction(change, work, marker);
        return outcome.status === 'committed' ? outcome : { status: 'rolled-back', error: outcome.error };
      },
    })),
  ),
  'a target that keeps part of a change without a proof': partialEffectContract(
    partialOpener(true, (target) => ({
      async transaction(change, work, marker) {
        const outcome = await target.transaction(change, work, marker);
        if (outcome.status === 'partly-applied')
          await target.markers.clear(holdOf(Infinity), ['add-category']);
        return outcome;
      },
    })),
  ),
  'a target that says to keep part of a change and keeps nothing': partialEffectContract(
    partialOpener(false),
  ),
  'a target that leaves the commit to the change that follows': sharedTransactionContract(
    targetOpener((target) => ({
      transaction: (change, work, marker) =>
        change.followed ? Promise.resolve({ status: 'committed' }) : target.transaction(change, work, marker),
    })),
  ),
  'records that are replaced whatever their version': recordStoreContract(
    recordOpener((records) => ({
      async write(record, { hold }) {
        const ifVersion = (await records.read(record))?.version ?? 0;
        return records.write(record, { ifVersion, ...(hold && { hold }) });
      },
    })),
  ),
  'records that are created by replacing them': recordStoreContract(
    recordOpener((records) => ({
      async write(record, condition) {
        const version = (await records.read(record))?.version;
        return records.write(record, version === undefined ? { ...condition, ifVersion: 0 } : condition);
      },
    })),
  ),
  'records that call a decision recorded where another one is': decisionLedgerContract(
    recordOpener((records) => ({
      write: (record, condition) => records.write(record, condition).then(() => true),
    })),
  ),
  'records that anyone writes': recordStoreContract(
    recordOpener((records) => ({ write: (record, { ifVersion }) => records.write(record, { ifVersion }) })),
  ),
  'records that anyone removes': recordStoreContract(
    recordOpener((records) => ({ remove: (key, { ifVersion }) => records.remove(key, { ifVersion }) })),
  ),
  'records whose holder is looked up first': recordStoreContract(
    auditOpener((store) => ({
      records: broken(store.records, {
        async write(record, { ifVersion, hold }) {
          const head = hold && (await store.readHead(hold.service));
          if (hold && head?.owner !== hold.owner) return store.records.write(record, { ifVersion, hold });
          await new Promise((resolve) => setImmediate(resolve));
          return store.records.write(record, { ifVersion });
        },
      }),
    })),
  ),
  'records that are listed by UTF-16': recordStoreContract(
    recordOpener((records) => ({
      list: async (...asked) => [...(await records.list(...asked))].sort((a, b) => (a.key < b.key ? -1 : 1)),
    })),
  ),
  'records that are written outside the transaction': sharedTransactionContract(
    targetOpener(
      () => ({}),
      ({ records }) => ({
        records: broken(records, { write: (record, condition) => records.write(record, condition) }),
      }),
    ),
  ),
  'an audit store that appends outside the transaction': sharedTransactionContract(
    targetOpener(
      () => ({}),
      (store) => ({ append: (batch) => store.append(batch) }),
    ),
  ),
};

describe('contracts', () => {
  for (const [fault, cases] of Object.entries(FAULTY)) {
    it(`find ${fault}`, async () => {
      expect(await brokenPromises(cases)).not.toEqual([]);
    });
  }

  it('close the backend of a case that fails', async () => {
    let closed = 0;
    const open = async (): Promise<ContractBackend> => ({ close: async () => void (closed += 1) });
    const [only] = contract(open, { fails: () => Promise.reject(new TypeError()) });
    await expect(only?.run()).rejects.toThrow(TypeError);
    expect(closed).toBe(1);
  });
});
