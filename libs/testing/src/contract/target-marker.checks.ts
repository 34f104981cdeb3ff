import assert from 'node:assert/strict';
import { HOSTILE_IDS, type ContractChecks } from './contract-case.js';
import { assertCommitted, ChangeFailure, markerOf, writeIn, type TargetBackend } from './target-backend.js';
import { holdOf } from './lock-hold.builder.js';

/** Markers: proof that a change committed in the target. */
export const TARGET_MARKER_CHECKS: ContractChecks<TargetBackend> = {
  'has no marker of a change that never ran': async ({ target }) => {
    assert.equal(await target.markers.read(holdOf(1), 'add-category'), undefined);
  },

  'commits the marker with the effect': async (backend) => {
    const marker = markerOf(4, { executionId: 'f0e1d2c3-0000-4000-8000-00000000abcd' });
    assertCommitted((await writeIn(backend, 'k', marker)).outcome);
    assert.equal(await backend.read('k'), 'value of k');
    const { markers } = await backend.second();
    assert.deepEqual(await markers.read(holdOf(5, marker.service), marker.changeId), marker);
  },

  'lists the markers of a service, before and after it is prepared': async (backend) => {
    const { markers } = await backend.second();
    assert.deepEqual(await markers.list('inventory'), []);
    const [a, b] = [markerOf(1, { changeId: 'a' }), markerOf(1, { changeId: 'b', operation: 'UNDO' })];
    for (const marker of [a, b, markerOf(1, { service: 'other' })]) await writeIn(backend, 'k', marker);
    await markers.claim(holdOf(2));
    const listed = [...(await markers.list('inventory'))];
    listed.sort((one, other) => (one.changeId < other.changeId ? -1 : 1));
    assert.deepEqual(listed, [a, b]);
    assert.deepEqual(await markers.list('unknown'), []);
  },

  'leaves no marker without being given one': async (backend) => {
    assertCommitted((await writeIn(backend, 'k')).outcome);
    assert.equal(await backend.target.markers.read(holdOf(1), 'add-category'), undefined);
  },

  'leaves neither effect nor marker when work throws': async ({ target, write, read }) => {
    const failure = new ChangeFailure();
    const marker = markerOf(1);
    const outcome = await target.transaction(
      marker,
      async (handles) => {
        await write(handles, 'k', 'v');
        throw failure;
      },
      marker,
    );
    assert.equal(outcome.status, 'rolled-back');
    assert.equal(outcome.error, failure);
    assert.equal(await read('k'), undefined);
    assert.equal(await target.markers.read(holdOf(1, marker.service), marker.changeId), undefined);
  },

  'replaces the marker at a later execution of the same change': async (backend) => {
    const executed = markerOf(1);
    const undone = markerOf(2, { operation: 'UNDO', executionId: '00000000-0000-4000-8000-000000000002' });
    for (const marker of [executed, undone]) {
      assertCommitted((await writeIn(backend, 'k', marker)).outcome);
    }
    assert.deepEqual(await backend.target.markers.read(holdOf(2), 'add-category'), undone);
  },

  'keeps the earlier marker when a later execution is taken back': async (backend) => {
    const executed = markerOf(1);
    assertCommitted((await writeIn(backend, 'k', executed)).outcome);
    const undone = markerOf(1, { operation: 'UNDO' });
    await backend.target.transaction(undone, () => Promise.reject(new ChangeFailure()), undone);
    assert.deepEqual(await backend.target.markers.read(holdOf(1), 'add-category'), executed);
  },

  'forgets the markers that it is told to clear, and no others': async (backend) => {
    const { markers } = backend.target;
    const kept = [markerOf(1, { changeId: 'c' }), markerOf(1, { service: 'other', changeId: 'a' })];
    const cleared = ['a', 'b'].map((changeId) => markerOf(1, { changeId }));
    for (const marker of [...kept, ...cleared]) await writeIn(backend, 'k', marker);
    await markers.clear(holdOf(1), ['a', 'b', 'unknown']);
    await markers.clear(holdOf(1, 'unknown'), ['c']);
    await markers.clear(holdOf(1), []);
    for (const { service, changeId } of cleared) {
      assert.equal(await markers.read(holdOf(1, service), changeId), undefined);
    }
    for (const marker of kept) {
      assert.deepEqual(await markers.read(holdOf(1, marker.service), marker.changeId), marker);
    }
  },

  'keeps the marker of a later token than that of whoever clears': async (backend) => {
    const { markers } = backend.target;
    const undone = markerOf(2, { operation: 'UNDO' });
    for (const marker of [markerOf(1), undone]) {
      assertCommitted((await writeIn(backend, 'k', marker)).outcome);
    }
    await markers.clear(holdOf(1), ['add-category']);
    assert.deepEqual(await markers.read(holdOf(2), 'add-category'), undone);
    await markers.clear(holdOf(3), ['add-category']);
    assert.equal(await markers.read(holdOf(3), 'add-category'), undefined);
  },

  'keeps the marker of another owner with the token of whoever clears': async (backend) => {
    const { markers } = backend.target;
    const marker = markerOf(2);
    assertCommitted((await writeIn(backend, 'k', marker)).outcome);
    await markers.clear(holdOf(2, 'inventory', 'somebody else'), ['add-category']);
    assert.deepEqual(await markers.read(holdOf(2), 'add-category'), marker);
  },

  'writes a marker again after it was cleared': async (backend) => {
    const marker = markerOf(2);
    await writeIn(backend, 'k', marker);
    await backend.target.markers.clear(holdOf(2), ['add-category']);
    await writeIn(backend, 'k', marker);
    assert.deepEqual(await backend.target.markers.read(holdOf(2), 'add-category'), marker);
  },

  'keeps markers apart, however alike or odd the ids of change and service': async (backend) => {
    const { markers } = backend.target;
    const written = HOSTILE_IDS.flatMap((id) => [
      markerOf(1, { changeId: id, executionId: `change ${id}` }),
      markerOf(1, { service: id, executionId: `service ${id}` }),
    ]);
    for (const marker of written) assertCommitted((await writeIn(backend, 'k', marker)).outcome);
    for (const marker of written) {
      assert.deepEqual(await markers.read(holdOf(1, marker.service), marker.changeId), marker);
    }
    const [first = '', ...others] = HOSTILE_IDS;
    await markers.clear(holdOf(1), others);
    assert.ok(await markers.read(holdOf(1), first));
    for (const id of others) assert.equal(await markers.read(holdOf(1), id), undefined);
  },
};
