import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Handles } from '@nestjs-flamingock/core/adapter';
import type { ContractChecks } from './contract-case.js';
import { assertCommitted, changeRun, mayGoOn, type TargetBackend } from './target-backend.js';

/** Longer than it takes to end a change and to close its target. */
const LATER_MS = 400;

const isUnawaited = (error: unknown): boolean =>
  error instanceof Error && error.name === 'UnawaitedStatementsError' && error.message.includes('await them');
const namesTheChange = (error: unknown): boolean => String(error).includes(changeRun().changeId);

/** Begins something and leaves it alone. */
function begin({ write, begin: other }: TargetBackend, handles: Handles): void {
  const begun = (other ?? ((lent: Handles) => write(lent, 'floating', 'v')))(handles);
  begun.catch(() => undefined);
}

/** Has a service of the application write once the change is over, and tells how that ended. */
function leaveBehind({ writeByService }: TargetBackend): () => Promise<void> {
  let left = Promise.resolve();
  left = delay(LATER_MS).then(() => writeByService?.('late', 'v'));
  left.catch(() => undefined);
  return () => left;
}

/** A change ends when all that it began has ended. */
export const TARGET_END_CHECKS: ContractChecks<TargetBackend> = {
  'takes a change back whose statements are on their way when its method returns': async (backend) => {
    const { target, write, read } = backend;
    const outcome = await target.transaction(changeRun(), async (handles) => {
      await write(handles, 'awaited', 'v');
      begin(backend, handles);
    });
    assert.equal(outcome.status, 'rolled-back');
    assert.ok(isUnawaited(outcome.error), String(outcome.error));
    await delay(LATER_MS / 4);
    assert.deepEqual([await read('awaited'), await read('floating')], [undefined, undefined]);
    assertCommitted(await target.transaction(changeRun(), (handles) => write(handles, 'next', 'v')));
  },

  'fails a change without a transaction whose statements are on their way when its method returns': async (
    backend,
  ) => {
    const { target, write, read } = backend;
    const work = async (handles: Handles) => begin(backend, handles);
    await assert.rejects(target.run(changeRun(), work, mayGoOn), isUnawaited);
    await target.run(changeRun(), (handles) => write(handles, 'next', 'v'), mayGoOn);
    assert.equal(await read('next'), 'v');
  },

  'refuses what a change has left behind in the services of the application, after the run too': async (
    backend,
  ) => {
    const { target, write, read, writeByService } = backend;
    if (!writeByService) return;
    const left: (() => Promise<void>)[] = [];
    const work = async (handles: Handles) => {
      await write(handles, 'in', 'v');
      left.push(leaveBehind(backend));
    };
    assertCommitted(await target.transaction(changeRun(), work));
    await target.run(changeRun(), work, mayGoOn);
    await target.close?.();
    for (const late of left) await assert.rejects(late, namesTheChange);
    assert.equal(await read('late'), undefined);
    await writeByService('own', 'v');
    assert.equal(await read('own'), 'v');
  },
};
