import assert from 'node:assert/strict';
import { several, type ContractChecks } from './contract-case.js';
import { assertCommitted, markerOf, writeIn, type TargetBackend } from './target-backend.js';
import { holdOf } from './lock-hold.builder.js';

/** Making the target ready for markers. */
export const TARGET_PREPARE_CHECKS: ContractChecks<TargetBackend> = {
  'is made ready for markers by many instances at the same time': async ({ target, second, write }) => {
    const targets = [target, ...(await several(5, second))];
    await Promise.all([...targets, ...targets].map((each) => each.markers.prepare()));
    const { outcome } = await writeIn({ target, write }, 'k', markerOf(1));
    assertCommitted(outcome);
  },

  'keeps markers and fence when it is made ready again': async (backend) => {
    await backend.target.markers.prepare();
    const marker = markerOf(3);
    assertCommitted((await writeIn(backend, 'k', marker)).outcome);
    const other = await backend.second();
    await other.markers.prepare();
    await assert.rejects(other.markers.read(holdOf(2, marker.service), marker.changeId));
    assert.deepEqual(await other.markers.read(holdOf(3, marker.service), marker.changeId), marker);
  },
};
