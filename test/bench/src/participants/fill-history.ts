import { holdOf } from '@nestjs-flamingock/testing';
import 'reflect-metadata';
import { RecoveryStrategy, type AuditEntry } from '@nestjs-flamingock/core';
import { chainEntries, type AuditStore, type TimedRecord } from '@nestjs-flamingock/core/adapter';
import { typeOrmAuditStore } from '@nestjs-flamingock/typeorm';
import { DataSource } from 'typeorm';
import type { Insert, Job, Participant } from '../participant.js';
import { typeOrmOptions } from './typeorm-options.js';

const SERVICE = 'default';
const BATCH = 500;

/** Adds to the history of applied changes, as years would, until it has as many entries as `variant` says. */
export async function open({ database, inserts, variant }: Job): Promise<Participant> {
  const dataSource = await new DataSource(typeOrmOptions(database)).initialize();
  const makeStore = typeOrmAuditStore().useFactory as (on: DataSource) => AuditStore;
  const store = makeStore(dataSource);
  return {
    apply: () => fill(store, inserts, Number(variant)),
    close: () => dataSource.destroy(),
  };
}

async function fill(store: AuditStore, inserts: readonly Insert[], size: number): Promise<number> {
  const digest = (await store.readHead(SERVICE))?.settled?.digest;
  const claim = { service: SERVICE, owner: 'fill-history', host: 'benchmarks', pid: process.pid };
  const lock = await store.lock.acquire({ ...claim, leaseMs: 600_000 });
  if (!lock.acquired) throw new Error('somebody holds the lock');
  const hold = holdOf(lock.token, SERVICE, claim.owner);
  let end: { readonly seq: number; readonly hash: string } = await store.claimHead(hold);
  while (end.seq < size) {
    const count = Math.min(BATCH, size - end.seq);
    const entries = chainEntries(end, records(inserts, end.seq, count)) as [AuditEntry, ...AuditEntry[]];
    await store.append({ hold, entries });
    end = entries.at(-1) ?? end;
  }
  // As a run leaves it that left nothing to do.
  if (digest !== undefined) await store.settle(hold, { seq: end.seq, digest });
  await store.lock.release(hold);
  return end.seq;
}

/** STARTED and EXECUTED of one change after the other, again and again. */
function records(inserts: readonly Insert[], from: number, count: number): TimedRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const seq = from + index;
    const id = inserts[Math.floor(seq / 2) % inserts.length]?.id ?? '';
    return { createdAt: '2026-01-01T00:00:00.000Z', record: record(id, seq % 2 === 0) };
  });
}

function record(id: string, isStart: boolean): TimedRecord['record'] {
  return {
    service: SERVICE,
    executionId: '00000000-0000-0000-0000-000000000000',
    stage: 'rows',
    changeId: id,
    order: id,
    author: 'benchmarks',
    state: isStart ? 'STARTED' : 'EXECUTED',
    operation: 'EXECUTE',
    targetSystem: 'rows-db',
    txStrategy: 'TX_SHARED',
    recoveryStrategy: RecoveryStrategy.MANUAL_INTERVENTION,
    transactional: true,
    className: 'InsertRow',
    methodName: 'execute',
    durationMs: isStart ? 0 : 1,
    hostname: 'benchmarks',
    error: null,
    metadata: {},
  };
}
