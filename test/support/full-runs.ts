import type { AuditEntry } from '@nestjs-flamingock/core';
import {
  entryHash,
  HISTORY_FORMAT,
  type AuditStore,
  type ChangeRun,
  type Handles,
  type LockClaim,
  type TransactionalTargetSystem,
} from '@nestjs-flamingock/core/adapter';
import { auditEntries, holdOf } from '@nestjs-flamingock/testing';

const CHANGE: ChangeRun = {
  service: 'inventory',
  changeId: 'add-notes',
  executionId: 'run-1',
  operation: 'EXECUTE',
};
const { service, changeId } = CHANGE;

const claimOf = (owner: string): LockClaim => ({ service, owner, host: 'h', pid: 7, leaseMs: 60_000 });

/** A database by way of a driver that is set up in a certain way. */
export interface Driven {
  readonly audit: AuditStore;
  readonly target: TransactionalTargetSystem;
  /** Writes as a change. */
  write(handles: Handles, key: string): Promise<void>;
}

/**
 * Everything that runs of several holders do, one after the other; each reads what was written.
 * `other` is the same database, by way of connections of its own.
 */
export async function fullRuns(one: Driven, other: Driven): Promise<void> {
  for (let start = 0; start < 2; start += 1) {
    await one.audit.prepare();
    await one.target.markers.prepare();
  }
  const first = await runOf(one, 1, []);
  await runOf(other, 2, first);
  await markers(one);
}

/** Takes the lock, records one change with its transaction and one without, settles, and releases. */
async function runOf(
  { audit, target, write }: Driven,
  token: number,
  before: readonly AuditEntry[],
): Promise<AuditEntry[]> {
  const { lock } = audit;
  const hold = holdOf(token);
  const acquired = await lock.acquire(claimOf(hold.owner));
  expect(acquired).toEqual({ acquired: true, token, storeNow: expect.any(Number) });
  const { storeNow } = acquired as { storeNow: number };
  expect(Math.abs(storeNow - Date.now())).toBeLessThan(60_000);
  expect(await lock.acquire(claimOf('another'))).toEqual({
    acquired: false,
    holder: {
      service,
      owner: hold.owner,
      host: 'h',
      pid: 7,
      token,
      acquiredAt: storeNow,
      expiresAt: expect.any(Number),
    },
  });
  expect(await lock.renew(hold, 60_000)).toBe('renewed');
  expect(await lock.renew({ ...hold, token: token + 1 }, 60_000)).toBe('lost');

  const end = before.at(-1);
  const head = await audit.claimHead(hold);
  expect(head).toEqual({
    token,
    owner: hold.owner,
    format: HISTORY_FORMAT,
    seq: before.length,
    hash: end?.hash ?? expect.any(String),
    settled: end ? { seq: end.seq, digest: 'digest' } : null,
  });
  const inside = auditEntries(
    end,
    { ...CHANGE, changeId: `inside ${token}`, durationMs: 2 ** 45, author: 'é 漢 😀' },
    { ...CHANGE },
  );
  const outcome = await target.transaction(CHANGE, async (handles, tx) => {
    await write(handles, `inside ${token}`);
    await audit.append({ hold, entries: inside }, tx);
  });
  expect(outcome).toEqual({ status: 'committed' });
  const outside = auditEntries(
    inside.at(-1),
    { ...CHANGE, changeId: 'outside', transactional: false },
    { ...CHANGE, changeId: '30' },
  );
  await audit.append({ hold, entries: outside });
  const last = outside.at(-1)!;
  await audit.settle(hold, { seq: last.seq, digest: 'digest' });

  const all = [...before, ...inside, ...outside];
  expect(await audit.readHead(service)).toEqual({
    token,
    owner: hold.owner,
    format: HISTORY_FORMAT,
    seq: last.seq,
    hash: last.hash,
    settled: { seq: last.seq, digest: 'digest' },
  });
  const history: AuditEntry[] = [];
  for await (const entry of audit.readHistory(service)) history.push(entry);
  expect(history).toEqual(all);
  expect(history.map((entry) => entryHash(entry))).toEqual(all.map(({ hash }) => hash));
  const lastOfEach = new Map(all.map((entry) => [entry.changeId, entry]));
  expect(await audit.readSnapshot(service)).toEqual([...lastOfEach.values()].sort((a, b) => a.seq - b.seq));

  await lock.release(hold);
  expect(await lock.read(service)).toMatchObject({ token, expiresAt: 0, storeNow: expect.any(Number) });
  return all;
}

/** Writes a marker, finds it, and clears it. */
async function markers({ target, write }: Driven): Promise<void> {
  const [hold, next] = [holdOf(5), holdOf(6)];
  const marker = { ...CHANGE, ...hold };
  expect(await target.markers.look(service)).toBeUndefined();
  expect(await target.markers.read(hold, changeId)).toBeUndefined();
  expect(await target.markers.look(service)).toEqual({ token: 5, owner: hold.owner });
  const outcome = await target.transaction(CHANGE, (handles) => write(handles, 'with a marker'), marker);
  expect(outcome).toEqual({ status: 'committed' });
  expect(await target.markers.read(next, changeId)).toEqual(marker);
  await target.markers.clear(next, [changeId]);
  expect(await target.markers.read(next, changeId)).toBeUndefined();
}

/** Ends the transaction of a holder that hangs, for its successor. */
export async function takeOver(old: Driven, next: Driven): Promise<void> {
  await old.audit.claimHead(holdOf(3));
  let goOn = (): void => undefined;
  const hung = new Promise<void>((resolve) => (goOn = resolve));
  const outcome = old.target.transaction(CHANGE, async (handles) => {
    await old.write(handles, 'of the old');
    started();
    await hung;
  });
  let started = (): void => undefined;
  await new Promise<void>((resolve) => (started = resolve));
  expect(await next.audit.claimHead(holdOf(4))).toMatchObject({ token: 4 });
  goOn();
  expect((await outcome).status).not.toBe('committed');
}
