import type { LockReading, LockRecord } from '../lock/lock-store.js';
import type { Engine } from '../run/engine.js';
import { operatorOf, type Operation } from './operation-context.js';

/** Who holds the lock, judged by the audit store's clock. */
export interface LockStatus {
  /** True while a run, a fix or an undo keeps the others out. */
  readonly held: boolean;
  /** The last acquisition, also when it is over; absent if there never was one. */
  readonly record?: LockRecord;
  /** Milliseconds until the hold ends unless its holder renews it; only while it is held. */
  readonly expiresInMs?: number;
}

/** One acquisition of the lock. */
export interface LockReleaseRequest {
  /** The acquisition's token, as `lockStatus` tells it. */
  readonly token: number;
}

/** Tells who holds the lock, by default that of the application's own service. Writes nothing. */
export async function lockStatus(
  { pipeline, store }: Engine,
  service = pipeline.service,
): Promise<LockStatus> {
  return lockStatusOf(await store.lock.read(service));
}

/** Who holds the lock, as it was read. */
export function lockStatusOf(reading: LockReading | undefined): LockStatus {
  if (!reading) return { held: false };
  const { storeNow, ...record } = reading;
  const expiresInMs = record.expiresAt - storeNow;
  return expiresInMs > 0 ? { held: true, record, expiresInMs } : { held: false, record };
}

/**
 * Frees exactly that acquisition of the lock, for a holder that is known to be gone.
 *
 * A holder that is still at work is not stopped by this: it may write until its next
 * heartbeat finds the lock released, or until the next holder claims the head of the
 * history, whichever comes first. From the claim on, the fence refuses its entries and
 * its transactions.
 *
 * @returns whether the lock was held by that acquisition.
 */
export async function lockRelease(
  engine: Engine,
  { token }: LockReleaseRequest,
  operation: Operation,
): Promise<boolean> {
  const { store, events } = engine;
  const { service } = engine.pipeline;
  const { held, record } = await lockStatus(engine);
  if (record?.token !== token) return false;
  operation.signal.throwIfAborted();
  await store.lock.release(record);
  if (held) events.publish('lock.released', { service, holder: record, ...operatorOf(operation) });
  return held;
}
