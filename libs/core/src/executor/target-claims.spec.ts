import {
  holdOf,
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import { aChange } from '../fixtures/changes.js';
import { failureOf, openRun, passing, SERVICE, takeLockFrom } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { FencedError, LockLostError } from '../lock/lock.errors.js';
import { LostWritesError } from '../recovery/lost-writes.error.js';
import { TargetSystemUnavailableError } from '../target-system/target-system.errors.js';
import type { RunResources } from './change-caller.js';
import { Executors } from './executors.js';
import { TargetClaims } from './target-claims.js';

let runtime: ManualRuntime;
let store: InMemoryAuditStore;
let database: InMemoryDatabase;
let wire: Wire;
let target: InMemoryTargetSystem;
let run: RunResources;
let claims: TargetClaims;

beforeEach(async () => {
  runtime = new ManualRuntime();
  store = new InMemoryAuditStore(new InMemoryDatabase({ now: runtime.wallMs }));
  database = new InMemoryDatabase();
  wire = new Wire();
  target = connect('db', database);
  await begin();
});

const connect = (id: string, to: InMemoryDatabase) => new InMemoryTargetSystem(id, to.connect(wire.carry));
async function begin(): Promise<void> {
  run = await openRun(store, runtime);
  claims = new TargetClaims(run);
}
/** A run that has executed change `a` in the target, and has ended; and the one after it. */
async function beginAfterAnother(): Promise<void> {
  await new Executors(run, store).execute(aChange({ id: 'a', target, transactional: true }));
  await run.lease.release();
  await begin();
  wire.answered.length = 0;
}
/** The target as it is where another one stands in its place, or its database was emptied. */
const emptied = (id = 'db') => connect(id, new InMemoryDatabase());
const findingsOf = async (work: Promise<unknown>) => {
  const error = await failureOf(work);
  expect(error).toBeInstanceOf(LostWritesError);
  expect(error).toMatchObject({ service: SERVICE });
  return (error as LostWritesError).findings;
};
const fence = () => target.markers.look(SERVICE);

describe('a claim of a target system', () => {
  it('raises its fence for the hold of the run', async () => {
    await claims.claim(target);
    expect(await fence()).toEqual({ token: 1, owner: run.lease.hold.owner });
  });

  it('gives the changes whose ends the run before it has both proven and recorded', async () => {
    expect(await claims.claim(target)).toEqual([]);
    await beginAfterAnother();
    expect(await claims.claim(target)).toEqual(['a']);
  });

  it('asks again where an answer was lost', async () => {
    wire.lose('lookAtFence', 'answer').lose('prepareMarkers', 'answer').lose('claimFence', 'answer');
    await passing(runtime, claims.claim(target));
    expect(await fence()).toMatchObject({ token: 1 });
  });

  it('says of a target that cannot be used which it is', async () => {
    wire.lose('claimFence', 'request', 1_000);
    const error = await failureOf(passing(runtime, claims.claim(target)));
    expect(error).toBeInstanceOf(TargetSystemUnavailableError);
    expect(error).toMatchObject({ targetSystem: 'db' });
  });

  it('looks at a target once that was found to have lost nothing', async () => {
    await claims.assertNothingLost([target]);
    await claims.assertNothingLost([target]);
    await claims.claim(target);
    expect(wire.answered).toEqual(['lookAtFence', 'listMarkers', 'prepareMarkers', 'claimFence']);
  });
});

describe('a target system that has lost writes', () => {
  const forgotten = { lostBy: 'target-system', recorded: 1, found: 0, changeIds: [] };

  beforeEach(beginAfterAnother);

  it('is found by the claim that history records, and not claimed', async () => {
    target = emptied();
    expect(await findingsOf(claims.claim(target))).toEqual([{ targetSystem: 'db', ...forgotten }]);
    expect(await fence()).toBeUndefined();
  });

  it('is found by the marker that is gone', async () => {
    await target.markers.clear(run.lease.hold, ['a']);
    expect(await findingsOf(claims.claim(target))).toMatchObject([
      { lostBy: 'target-system', changeIds: ['a'] },
    ]);
    expect(await fence()).toMatchObject({ token: 1 });
  });

  it('is found again as long as nobody has settled it', async () => {
    target = emptied();
    expect(await findingsOf(claims.assertNothingLost([target]))).toHaveLength(1);
    expect(await findingsOf(claims.assertNothingLost([target]))).toHaveLength(1);
  });

  it('is told of together with all others, before anything is written to any', async () => {
    const other = connect('other', new InMemoryDatabase());
    await other.markers.claim(holdOf(9));
    wire.answered.length = 0;
    expect(await findingsOf(claims.assertNothingLost([emptied(), other]))).toEqual([
      { targetSystem: 'db', ...forgotten },
      { targetSystem: 'other', lostBy: 'audit-store', recorded: 0, found: 9, changeIds: [] },
    ]);
    expect(wire.answered.filter((statement) => !/^(lookAtFence|listMarkers)$/.test(statement))).toEqual([]);
  });

  it('is no matter of a look that gets no answer: the claim asks again', async () => {
    wire.lose('lookAtFence', 'request');
    await claims.assertNothingLost([target]);
    expect(await claims.claim(target)).toEqual(['a']);
  });
});

describe('an audit store that has lost writes', () => {
  it('is found by the marker of which it knows nothing', async () => {
    await new Executors(run, store).execute(aChange({ id: 'a', target, transactional: true }));
    store = new InMemoryAuditStore(new InMemoryDatabase({ now: runtime.wallMs }));
    await begin();
    await run.lease.release();
    await begin();
    expect(await findingsOf(claims.claim(target))).toMatchObject([
      { lostBy: 'audit-store', found: 1, changeIds: ['a'] },
    ]);
  });

  it('is found by a claim of a holder that it does not know', async () => {
    await target.markers.claim(holdOf(9));
    expect(await findingsOf(claims.claim(target))).toEqual([
      { targetSystem: 'db', lostBy: 'audit-store', recorded: 0, found: 9, changeIds: [] },
    ]);
  });

  it('is not blamed where another holder has taken the lock over', async () => {
    await takeLockFrom(run, store);
    await target.markers.claim(holdOf(9));
    expect(await failureOf(claims.claim(target))).toBeInstanceOf(LockLostError);
  });

  it('is not blamed for what a successor has committed between two looks', async () => {
    const marker = {
      ...holdOf(2, SERVICE),
      changeId: 'a',
      executionId: 'next',
      operation: 'EXECUTE' as const,
    };
    wire.meet('lookAtFence', 'answer', async () => {
      await takeLockFrom(run, store);
      await connect('db', database).transaction(marker, () => Promise.resolve(), marker);
    });
    expect(await failureOf(claims.claim(target))).toBeInstanceOf(LockLostError);
    await claims.assertNothingLost([target]);
  });
});

describe('a claim that the fence refuses', () => {
  const claimedMeanwhile = (token: number) =>
    wire.meet('prepareMarkers', 'answer', () => connect('db', database).markers.claim(holdOf(token)));

  it('says that the lock is lost where another holder has it', async () => {
    claimedMeanwhile(2);
    await takeLockFrom(run, store);
    const error = await failureOf(claims.claim(target));
    expect(error).toBeInstanceOf(LockLostError);
  });

  it('says that the audit store has lost writes where that knows no other holder', async () => {
    claimedMeanwhile(9);
    expect(await findingsOf(claims.claim(target))).toEqual([
      { targetSystem: 'db', lostBy: 'audit-store', recorded: 0, found: 9, changeIds: [] },
    ]);
    expect(run.lease.signal.aborted).toBe(false);
  });

  it.each([
    ['the fence is not beyond it', () => undefined],
    ['the fence cannot be read', () => wire.lose('lookAtFence', 'request', 1_000)],
  ])('ends the run where %s: whatever else it writes may be refused, too', async (_what, arrange) => {
    wire.meet('prepareMarkers', 'answer', async () => void arrange());
    wire.meet('claimFence', 'request', () => Promise.reject(new FencedError(SERVICE, 1, 'the target')));
    const error = await failureOf(claims.claim(target));
    expect(error).toBeInstanceOf(LockLostError);
    expect((error as Error).message).toContain('the target system was fenced');
    expect((error as Error).cause).toBeInstanceOf(FencedError);
    expect(run.lease.signal.aborted).toBe(true);
  });
});
