import assert from 'node:assert/strict';
import type { Marker } from '@nestjs-flamingock/core/adapter';
import type { ContractChecks } from './contract-case.js';
import { assertCommitted, markerOf, writeIn, type PartialBackend } from './target-backend.js';
import { holdOf } from './lock-hold.builder.js';

/** What a target proves that keeps part of a change. */
export const TARGET_PARTIAL_CHECKS: ContractChecks<PartialBackend> = {
  'proves that a change took effect only in part, and what stopped it': async (backend) => {
    const marker = markerOf(3);
    await breakOff(backend, marker);
    const { markers } = await backend.second();
    const { partial, ...found } = (await markers.read(holdOf(4, marker.service), marker.changeId)) ?? {};
    assert.deepEqual(found, marker);
    assert.match(partial ?? '', /\S/);
  },

  'says so of an undo, too': async (backend) => {
    const undone = markerOf(3, { operation: 'UNDO' });
    await breakOff(backend, undone);
    const found = await backend.target.markers.read(holdOf(3, undone.service), undone.changeId);
    assert.equal(found?.operation, 'UNDO');
    assert.ok(found.partial);
  },

  'replaces the proof of a part by that of the whole': async (backend) => {
    await breakOff(backend, markerOf(1));
    const marker = markerOf(2, { executionId: '00000000-0000-4000-8000-000000000002' });
    assertCommitted((await writeIn(backend, 'k', marker)).outcome);
    assert.deepEqual(await backend.target.markers.read(holdOf(2, marker.service), marker.changeId), marker);
  },

  'goes on with the next transaction after one that took effect in part': async (backend) => {
    await breakOff(backend, markerOf(1));
    assertCommitted((await writeIn(backend, 'k', markerOf(1, { changeId: 'next' }))).outcome);
    assert.equal(await backend.read('k'), 'value of k');
  },
};

async function breakOff({ target, writeInPart, read }: PartialBackend, marker: Marker): Promise<void> {
  const outcome = await target.transaction(marker, (handles) => writeInPart(handles, 'kept', 'lost'), marker);
  assert.equal(outcome.status, 'partly-applied');
  assert.equal(outcome.proven, true);
  assert.notEqual(await read('kept'), undefined);
  assert.equal(await read('lost'), undefined);
}
