import assert from 'node:assert/strict';
import type { Handles } from '@nestjs-flamingock/core/adapter';
import type { ContractChecks } from './contract-case.js';
import { assertCommitted, ChangeFailure, changeRun, writeIn, type TargetBackend } from './target-backend.js';

const KEYS = ['a', 'b', 'c', 'd', 'e'];

/** Transactions without a marker. */
export const TARGET_TRANSACTION_CHECKS: ContractChecks<TargetBackend> = {
  'commits what work wrote, and calls it once': async (backend) => {
    const { outcome, called } = await writeIn(backend, 'k');
    assertCommitted(outcome);
    assert.deepEqual([called, await backend.read('k')], [1, 'value of k']);
  },

  'commits work that writes nothing': async ({ target }) => {
    assertCommitted(await target.transaction(changeRun(), () => Promise.resolve()));
  },

  'passes a transaction that names the resource of the target': async ({ target }) => {
    let resource: unknown;
    assertCommitted(
      await target.transaction(changeRun(), async (_handles, tx) => {
        resource = tx.resource;
      }),
    );
    assert.equal(resource, target.resource);
  },

  'calls its transaction empty, if it ever does, until something is written': async ({ target, write }) => {
    const said: (boolean | undefined)[] = [];
    await target.transaction(changeRun(), async (handles, tx) => {
      said.push(tx.isEmpty?.() ?? true);
      await write(handles, 'k', 'v');
      said.push(tx.isEmpty?.() ?? false);
    });
    assert.deepEqual(said, [true, false]);
  },

  'does not call its transaction empty after a write that failed': async ({ target, writeInVain }) => {
    if (!writeInVain) return;
    let said: boolean | undefined;
    await target.transaction(changeRun(), async (handles, tx) => {
      await assert.rejects(async () => writeInVain(handles));
      said = tx.isEmpty?.();
    });
    assert.notEqual(said, true);
  },

  'applies nothing when work throws, and tells the very error': async ({ target, write, read }) => {
    const failure = new ChangeFailure('after the writes');
    const outcome = await target.transaction(changeRun(), async (handles) => {
      for (const key of KEYS) await write(handles, key, 'v');
      throw failure;
    });
    assert.equal(outcome.status, 'rolled-back');
    assert.equal(outcome.error, failure);
    assert.deepEqual(
      await Promise.all(KEYS.map(read)),
      KEYS.map(() => undefined),
    );
  },

  'tells anything that work throws, an error or not': async ({ target, write, read }) => {
    for (const thrown of ['a text', undefined, null, { code: 1 }]) {
      const outcome = await target.transaction(changeRun(), async (handles) => {
        await write(handles, 'k', 'v');
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- changes can throw anything
        throw thrown;
      });
      assert.equal(outcome.status, 'rolled-back');
      assert.equal(outcome.error, thrown);
    }
    assert.equal(await read('k'), undefined);
  },

  'commits or takes back writes that were made side by side': async ({ target, write, read }) => {
    const writeAll = (handles: Handles, value: string): Promise<unknown> =>
      Promise.all(KEYS.map((key) => write(handles, key, value)));
    const failed = await target.transaction(changeRun(), async (handles) => {
      await writeAll(handles, 'lost');
      throw new ChangeFailure();
    });
    assert.equal(failed.status, 'rolled-back');
    assert.deepEqual(
      await Promise.all(KEYS.map(read)),
      KEYS.map(() => undefined),
    );
    const done = await target.transaction(changeRun(), async (handles) => {
      await writeAll(handles, 'kept');
    });
    assertCommitted(done);
    assert.deepEqual(
      await Promise.all(KEYS.map(read)),
      KEYS.map(() => 'kept'),
    );
  },

  'leaves what was there before when it takes a change back': async ({ target, write, read }) => {
    assertCommitted(await target.transaction(changeRun(), (handles) => write(handles, 'k', 'before')));
    await target.transaction(changeRun(), async (handles) => {
      await write(handles, 'k', 'lost');
      throw new ChangeFailure();
    });
    assert.equal(await read('k'), 'before');
  },

  'runs one transaction after another, after failures too': async ({ target, write, read }) => {
    for (let round = 0; round < 12; round += 1) {
      const { status } = await target.transaction(changeRun(), async (handles) => {
        await write(handles, `k${round}`, 'v');
        if (round % 2) throw new ChangeFailure();
      });
      assert.equal(status, round % 2 ? 'rolled-back' : 'committed');
      assert.equal(await read(`k${round}`), round % 2 ? undefined : 'v');
    }
  },

  'refuses a statement issued after the change has ended, and names the change': async ({
    target,
    write,
    read,
  }) => {
    for (const fails of [false, true]) {
      let kept: Handles | undefined;
      const outcome = await target.transaction(changeRun(), async (handles) => {
        await write(handles, 'in', 'v');
        kept = handles;
        if (fails) throw new ChangeFailure();
      });
      assert.equal(outcome.status, fails ? 'rolled-back' : 'committed');
      const late = write(kept ?? new Map(), 'late', 'v');
      await assert.rejects(late, (error) => String(error).includes(changeRun().changeId));
      assert.equal(await read('late'), undefined);
    }
  },
};
