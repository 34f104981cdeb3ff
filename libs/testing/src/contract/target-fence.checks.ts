import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { FencedError } from '@nestjs-flamingock/core';
import { hasTrace, type Marker } from '@nestjs-flamingock/core/adapter';
import type { ContractChecks } from './contract-case.js';
import {
  assertCommitted,
  assertFencedOff,
  gate,
  markerOf,
  writeIn,
  type TargetBackend,
} from './target-backend.js';
import { holdOf } from './lock-hold.builder.js';

/** Long enough for a reader to have sent its request, and to wait. */
const HEAD_START_MS = 50;

/** The fence: a holder that was succeeded can no longer change the target. */
export const TARGET_FENCE_CHECKS: ContractChecks<TargetBackend> = {
  'shuts out a token lower than that of a reader, before its work is called': async (backend) => {
    const { markers } = await backend.second();
    await markers.read(holdOf(5), 'another-change');
    const { outcome, called } = await writeIn(backend, 'k', markerOf(4));
    assertFencedOff(outcome);
    assert.deepEqual([called, await backend.read('k')], [0, undefined]);
    assert.equal(await markers.read(holdOf(5), 'add-category'), undefined);
  },

  'shuts out a token lower than that of a committed transaction': async (backend) => {
    assertCommitted((await writeIn(backend, 'first', markerOf(5, { changeId: 'a' }))).outcome);
    assertFencedOff((await writeIn(backend, 'second', markerOf(4, { changeId: 'b' }))).outcome);
    assert.equal(await backend.read('second'), undefined);
    await assert.rejects(backend.target.markers.read(holdOf(4), 'a'), FencedError);
  },

  'refuses a reader with a token lower than the fence, and leaves the fence': async ({ target }) => {
    await target.markers.read(holdOf(5), 'add-category');
    await assert.rejects(target.markers.read(holdOf(4), 'add-category'), (error) => {
      assert.ok(error instanceof FencedError, String(error));
      assert.deepEqual([error.service, error.token], ['inventory', 4]);
      return true;
    });
    assert.equal(await target.markers.read(holdOf(5), 'add-category'), undefined);
    await assert.rejects(target.markers.read(holdOf(4), 'add-category'), FencedError);
  },

  'lets the token of the fence, and higher ones, through': async (backend) => {
    await backend.target.markers.read(holdOf(5), 'add-category');
    for (const [key, token] of [
      ['a', 5],
      ['b', 5],
      ['c', 6],
    ] as const) {
      assertCommitted((await writeIn(backend, key, markerOf(token))).outcome);
    }
    assert.equal((await backend.target.markers.read(holdOf(9), 'add-category'))?.token, 6);
  },

  'does not ask the fence for a transaction without a marker': async (backend) => {
    await backend.target.markers.read(holdOf(5), 'add-category');
    assertCommitted((await writeIn(backend, 'k')).outcome);
    assert.equal(await backend.read('k'), 'value of k');
  },

  'keeps the fence when markers are cleared': async (backend) => {
    await writeIn(backend, 'k', markerOf(5));
    await backend.target.markers.clear(holdOf(5), ['add-category']);
    assertFencedOff((await writeIn(backend, 'late', markerOf(4))).outcome);
  },

  'has no fence, and no trace of the service, before anybody claimed it': async ({ target: { markers } }) => {
    assert.equal(await markers.look('inventory'), undefined);
    assert.equal(await hasTrace(markers, 'inventory'), false);
  },

  'shows the claim of a hold to everybody, and raises nothing by a look': async (backend) => {
    const { markers } = backend.target;
    await markers.claim(holdOf(5));
    const other = (await backend.second()).markers;
    const { token, owner } = holdOf(5);
    assert.deepEqual(await other.look('inventory'), { token, owner });
    assert.deepEqual(await other.look('inventory'), { token, owner });
    assert.equal(await hasTrace(other, 'inventory'), true);
    assertFencedOff((await writeIn(backend, 'late', markerOf(4))).outcome);
    assertCommitted((await writeIn(backend, 'k', markerOf(5))).outcome);
  },

  'refuses a claim that the fence is beyond, and leaves the fence': async ({ target: { markers } }) => {
    await markers.claim(holdOf(5));
    await assert.rejects(markers.claim(holdOf(4)), FencedError);
    await assert.rejects(markers.claim(holdOf(5, 'inventory', 'somebody else')), FencedError);
    const { token, owner } = holdOf(5);
    assert.deepEqual(await markers.look('inventory'), { token, owner });
    await markers.claim(holdOf(5));
  },

  'shuts out another owner of the same token': async (backend) => {
    const { markers } = backend.target;
    await markers.claim(holdOf(5));
    const stranger = { ...markerOf(5), owner: 'somebody else' };
    const { outcome, called } = await writeIn(backend, 'k', stranger);
    assertFencedOff(outcome);
    assert.deepEqual([called, await backend.read('k')], [0, undefined]);
    await assert.rejects(markers.read(stranger, 'add-category'), FencedError);
    assert.equal(await markers.read(holdOf(5), 'add-category'), undefined);
  },

  'keeps a fence for each service': async (backend) => {
    await backend.target.markers.read(holdOf(9), 'add-category');
    for (const service of ['Inventory', 'inventory ', 'other']) {
      assertCommitted((await writeIn(backend, 'k', markerOf(1, { service }))).outcome);
    }
  },

  'agrees with a reader that comes while a transaction is open on what that committed': async (backend) => {
    await readWhileOpen(backend, markerOf(1), 2);
    assertFencedOff((await writeIn(backend, 'late', markerOf(1))).outcome);
  },

  'agrees with a reader of the same token, which asks what became of a commit': async (backend) => {
    await readWhileOpen(backend, markerOf(1), 1);
    assertCommitted((await writeIn(backend, 'next', markerOf(1))).outcome);
  },
};

/** Reads a marker while the transaction that writes it is open: both must say the same of it. */
async function readWhileOpen(backend: TargetBackend, marker: Marker, token: number): Promise<void> {
  const { target, write, read } = backend;
  const { markers } = await backend.second();
  const reached = gate();
  const leave = gate();
  const running = target.transaction(
    marker,
    async (handles) => {
      await write(handles, 'k', 'v');
      reached.open();
      await leave.opened;
    },
    marker,
  );
  await Promise.race([reached.opened, running]);
  const both = Promise.all([running, markers.read(holdOf(token, marker.service), marker.changeId)]);
  await Promise.race([delay(HEAD_START_MS), both]);
  leave.open();
  const [outcome, found] = await both;
  if (outcome.status !== 'committed') assertFencedOff(outcome);
  assert.deepEqual(found, outcome.status === 'committed' ? marker : undefined);
  assert.equal(await read('k'), outcome.status === 'committed' ? 'v' : undefined);
}
