import assert from 'node:assert/strict';
import { isTransactional, type Handles } from '@nestjs-flamingock/core/adapter';
import type { ContractChecks } from './contract-case.js';
import { assertCommitted, ChangeFailure, changeRun, mayGoOn, type TargetBackend } from './target-backend.js';

/** What a target lends, and running outside a transaction. */
export const TARGET_RUN_CHECKS: ContractChecks<TargetBackend> = {
  'says that it is transactional, and on what': async ({ target, second }) => {
    assert.ok(isTransactional(target));
    assert.equal(typeof target.resource, 'object');
    assert.equal((await second()).id, target.id);
  },

  'lends every handle that it announces, inside and outside a transaction': async ({ target }) => {
    const lend = async (handles: Handles): Promise<void> => {
      for (const token of target.handleTokens) {
        assert.ok(handles.get(token) !== undefined, `no handle for ${String(token)}`);
      }
    };
    await target.run(changeRun(), lend, mayGoOn);
    assertCommitted(await target.transaction(changeRun(), lend));
  },

  'calls work once and lets its writes take effect at once': async ({ target, write, read }) => {
    let called = 0;
    const work = async (handles: Handles) => {
      called += 1;
      await write(handles, 'k', 'v');
      assert.equal(await read('k'), 'v');
    };
    await target.run(changeRun(), work, mayGoOn);
    assert.deepEqual([called, await read('k')], [1, 'v']);
  },

  'keeps what was written outside a transaction when work throws, and throws the very error': async ({
    target,
    write,
    read,
  }) => {
    const failure = new ChangeFailure('after the write');
    const work = async (handles: Handles) => {
      await write(handles, 'k', 'v');
      throw failure;
    };
    await assert.rejects(target.run(changeRun(), work, mayGoOn), (error) => error === failure);
    assert.equal(await read('k'), 'v');
  },

  'runs again and again, after failures too': async ({ target, write, read }) => {
    for (let round = 0; round < 12; round += 1) {
      const work = async (handles: Handles) => {
        await write(handles, `k${round}`, 'v');
        if (round % 2) throw new ChangeFailure();
      };
      const running = target.run(changeRun(), work, mayGoOn);
      await running.catch((error: unknown) => assert.ok(error instanceof ChangeFailure, String(error)));
    }
    assert.equal(await read('k11'), 'v');
  },

  'can be used again after it was closed': async ({ target, write, read }) => {
    for (const key of ['a', 'b']) {
      await target.run(changeRun(), (handles) => write(handles, `run-${key}`, 'v'), mayGoOn);
      assertCommitted(await target.transaction(changeRun(), (handles) => write(handles, `tx-${key}`, 'v')));
      await target.close?.();
      await target.close?.();
    }
    const seen = await Promise.all(['run-a', 'tx-a', 'run-b', 'tx-b'].map(read));
    assert.deepEqual(seen, ['v', 'v', 'v', 'v']);
  },
};
