import assert from 'node:assert/strict';
import type { LockRecord } from '@nestjs-flamingock/core';
import type { LockAcquisition, LockClaim, LockHold, LockStore } from '@nestjs-flamingock/core/adapter';
import { SERVICE } from './audit-backend.js';

/** Lease of a hold that is meant to expire within a case, in milliseconds. */
export const SHORT_MS = 300;
/** Long enough for a lease of {@link SHORT_MS} to be over. */
export const PAST_SHORT_MS = 450;
/** Lease of a hold that outlives any case. */
export const LONG_MS = 600_000;

/** A claim by `owner`: `fields` over plausible values, with a long lease. */
export function claimBy(owner: string, fields: Partial<LockClaim> = {}): LockClaim {
  return { service: SERVICE, host: `host-of-${owner}`, pid: 4242, leaseMs: LONG_MS, ...fields, owner };
}

/** Takes a lock that must be free. */
export async function take(lock: LockStore, claim: LockClaim): Promise<LockHold & { storeNow: number }> {
  const answer = await lock.acquire(claim);
  assert.ok(answer.acquired, `${claim.owner} should have got the lock of ${claim.service}`);
  const { service, owner } = claim;
  return { service, owner, token: answer.token, storeNow: answer.storeNow };
}

/** Asserts that the lock of `claim` cannot be had. */
export async function assertHeld(lock: LockStore, claim: LockClaim): Promise<void> {
  assert.equal((await lock.acquire(claim)).acquired, false, `${claim.owner} should not have got the lock`);
}

/** The lock's record, which must be there. */
export async function recordOf(lock: LockStore, service = SERVICE): Promise<LockRecord> {
  const reading = await lock.read(service);
  assert.ok(reading, `the lock of ${service} should have a record`);
  const { storeNow, ...record } = reading;
  return record;
}

/** Asserts that exactly one of several claims succeeded, and that the others were told of no one else. */
export function assertOneWinner(owners: readonly string[], answers: readonly LockAcquisition[]): number {
  const winners = answers.flatMap((answer, index) =>
    answer.acquired ? [{ owner: owners[index], token: answer.token }] : [],
  );
  const [winner] = winners;
  assert.ok(winner && winners.length === 1, `${winners.length} claims got the lock`);
  for (const answer of answers) {
    if (answer.acquired || answer.holder?.token !== winner.token) continue;
    assert.equal(answer.holder.owner, winner.owner);
  }
  return winner.token;
}
