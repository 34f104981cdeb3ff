import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { FencedError, type Marker } from '@nestjs-flamingock/core';
import type { ContractChecks } from './contract-case.js';
import {
  assertCommitted,
  assertFencedOff,
  gate,
  markerOf,
  writeIn,
  type TargetBackend,
} from './target-backend.js';

/** Long enough for a reader to have sent its request, and to wait. */
const HEAD_START_MS = 50;

/** The fence: a holder that was succeeded can no longer change the target. */
export const TARGET_FENCE_CHECKS: ContractChecks<TargetBackend> = {
  'shuts out a token lower than that of a reader, before its work is called': async (backend) => {
    const { markers } = await backend.second();
    await markers.read('inventory', 'another-change', 5);
    const { outcome, called } = await writeIn(backend, 'k', markerOf(4));
    assertFencedOff(outcome);
    assert.deepEqual([called, await backend.read('k')], [0, undefined]);
    assert.equal(await markers.read('inventory', 'add-category', 5), undefined);
  },

  'shuts out a token lower than that of a committed transaction': async (backend) => {
    assertCommitted((await writeIn(backend, 'first', markerOf(5, { changeId: 'a' }))).outcome);
    assertFencedOff((await writeIn(backend, 'second', markerOf(4, { changeId: 'b' }))).outcome);
    assert.equal(await backend.read('second'), undefined);
    await assert.rejects(backend.target.markers.read('inventory', 'a', 4), FencedError);
  },

  'refuses a reader with a token lower than the fence, and leaves the fence': async ({ target }) => {
    await target.markers.read('inventory', 'add-category', 5);
    await assert.rejects(target.markers.read('inventory', 'add-category', 4), (error) => {
      assert.ok(error instanceof FencedError, String(error));
      assert.deepEqual([error.service, error.token], ['inventory', 4]);
      return true;
    });
    assert.equal(await target.markers.read('inventory', 'add-category', 5), undefined);
    await assert.rejects(target.markers.read('inventory', 'add-category', 4), FencedError);
  },

  'lets the token of the fence, and higher ones, through': async (backend) => {
    await backend.target.markers.read('inventory', 'add-category', 5);
    for (const [key, token] of [
      ['a', 5],
      ['b', 5],
      ['c', 6],
    ] as const) {
      assertCommitted((await writeIn(backend, key, markerOf(token))).outcome);
    }
    assert.equal((await backend.target.markers.read('inventory', 'add-category', 9))?.token, 6);
  },

  'does not ask the fence for a transaction without a marker': async (backend) => {
    await backend.target.markers.read('inventory', 'add-category', 5);
    assertCommitted((await writeIn(backend, 'k')).outcome);
    assert.equal(await backend.read('k'), 'value of k');
  },

  'keeps the fence when markers are cleared': async (backend) => {
    await writeIn(backend, 'k', markerOf(5));
    await backend.target.markers.clear('inventory', ['add-category'], 5);
    assertFencedOff((await writeIn(backend, 'late', markerOf(4))).outcome);
  },

  'keeps a fence for each service': async (backend) => {
    await backend.target.markers.read('inventory', 'add-category', 9);
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
  const both = Promise.all([running, markers.read(marker.service, marker.changeId, token)]);
  await Promise.race([delay(HEAD_START_MS), both]);
  leave.open();
  const [outcome, found] = await both;
  if (outcome.status !== 'committed') assertFencedOff(outcome);
  assert.deepEqual(found, outcome.status === 'committed' ? marker : undefined);
  assert.equal(await read('k'), outcome.status === 'committed' ? 'v' : undefined);
}
