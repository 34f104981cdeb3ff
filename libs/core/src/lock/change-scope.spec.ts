import { setImmediate } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { failureOf, openRun, SERVICE } from '../fixtures/runs.js';
import {
  bounded,
  ChangeScope,
  currentChange,
  insideChange,
  refuseInside,
  refuseToWaitFor,
} from './change-scope.js';
import { ChangeEndedError, UnawaitedFailureError } from './change-scope.errors.js';
import type { Lease } from './lease.js';
import { SelfWaitingError } from './lock.errors.js';
import type { LockRecord } from './lock-store.js';

let store: InMemoryAuditStore;
let lease: Lease;
let told: string[];
let scope: ChangeScope;

beforeEach(async () => {
  const runtime = new ManualRuntime();
  store = new InMemoryAuditStore(new InMemoryDatabase({ now: runtime.wallMs }));
  ({ lease } = await openRun(store, runtime));
  told = [];
  scope = new ChangeScope('publish', store, lease, (what) => told.push(what));
});

/** As Node does with a rejected promise of the code that calls this, which nobody handles. */
const rejectUnhandled = (reason: unknown): void => {
  process.emit('unhandledRejection', reason, Promise.resolve());
};
const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('the current change', () => {
  it('is none outside of every change', () => {
    expect(currentChange()).toBeUndefined();
  });

  it('is the change for all that it begins, also once it is over', async () => {
    let late: Promise<unknown> | undefined;
    const seen = await insideChange(scope, async () => {
      late = setImmediate().then(() => [currentChange(), currentChange()?.isOver]);
      return [currentChange(), scope.isOver];
    });
    expect(seen).toEqual([scope, false]);
    expect(await late).toEqual([scope, true]);
  });

  it('is over, too, where it failed', async () => {
    const failure = new TypeError('no');
    expect(await failureOf(insideChange(scope, () => Promise.reject(failure)))).toBe(failure);
    expect(scope.isOver).toBe(true);
  });
});

describe('a change', () => {
  it('has begun once a method of it is called, and knows the last one', () => {
    expect([scope.hasBegun, scope.methodName]).toEqual([false, undefined]);
    scope.begin('execute');
    scope.begin('rollback');
    expect([scope.hasBegun, scope.methodName]).toEqual([true, 'rollback']);
  });
});

describe('a rejected promise that a change does not await', () => {
  it('fails the change, by the name of its method, with the first of several reasons', async () => {
    const [first, second] = [new TypeError('first'), new TypeError('second')];
    await insideChange(scope, async () => {
      scope.begin('execute');
      rejectUnhandled(first);
      rejectUnhandled(second);
      const failure = thrownBy(() => scope.assertNoStray());
      expect(failure).toBeInstanceOf(UnawaitedFailureError);
      expect(failure).toMatchObject({ changeId: 'publish', methodName: 'execute', cause: first });
    });
    expect(told).toEqual([]);
  });

  it('fails no later method of it', () => {
    scope.begin('execute');
    scope.strayed(new TypeError('no'));
    scope.begin('rollback');
    expect(thrownBy(() => scope.assertNoStray())).toBeUndefined();
  });

  it('is neither thrown nor told of where the change fails anyway', () => {
    scope.begin('execute');
    scope.strayed(new TypeError('before'));
    scope.failing();
    scope.strayed(new TypeError('after'));
    expect(thrownBy(() => scope.assertNoStray())).toBeUndefined();
    scope.end();
    expect(told).toEqual([]);
  });

  it('is found again in the next method of a change that had failed', () => {
    scope.begin('execute');
    scope.failing();
    scope.begin('rollback');
    scope.strayed(new TypeError('no'));
    expect(thrownBy(() => scope.assertNoStray())).toMatchObject({ methodName: 'rollback' });
  });

  it('is told of where nobody has looked for it before the end', async () => {
    await insideChange(scope, async () => rejectUnhandled(new TypeError('no')));
    expect(told).toEqual(['a promise that was not awaited, which failed: TypeError: no']);
  });

  it('is told of once where it comes after the end', async () => {
    let late: Promise<unknown> | undefined;
    await insideChange(scope, async () => {
      late = setImmediate().then(() => {
        rejectUnhandled(new TypeError('late'));
        rejectUnhandled(new TypeError('later'));
      });
    });
    await late;
    expect(told).toEqual(['a promise that was not awaited, which failed: TypeError: late']);
  });

  it.each([0, 5])('is no matter of its own where the guard refused it, %i causes deep', async (depth) => {
    const toNode = jest.spyOn(Promise, 'reject').mockReturnValue(new Promise(() => undefined));
    await insideChange(scope, async () => rejectUnhandled(refusal(depth)));
    expect(toNode.mock.calls).toEqual([]);
    toNode.mockRestore();
    expect(told).toEqual([]);
  });

  it('is looked into for a refusal no deeper than that', async () => {
    await insideChange(scope, async () => rejectUnhandled(refusal(6)));
    expect(told).toHaveLength(1);
  });

  it('may be anything that can be thrown', async () => {
    await insideChange(scope, async () => rejectUnhandled({ cause: refusal(0) }));
    expect(told).toEqual([
      expect.stringMatching(/^a promise that was not awaited, which failed: \{ cause: /),
    ]);
  });

  it('is left to Node where it is part of no change', async () => {
    const toNode = jest.spyOn(Promise, 'reject').mockReturnValue(new Promise(() => undefined));
    const reason = new TypeError('elsewhere');
    await insideChange(scope, async () => undefined);
    rejectUnhandled(reason);
    expect(toNode.mock.calls).toEqual([[reason]]);
    toNode.mockRestore();
    expect(told).toEqual([]);
  });

  function refusal(depth: number): Error {
    return depth === 0
      ? new ChangeEndedError('publish')
      : new TypeError(`${depth}`, { cause: refusal(depth - 1) });
  }
});

describe('what is told of a change', () => {
  it('is the first thing that came after its end, on one line', () => {
    scope.late(' insert\n  into t ');
    scope.late('update t');
    expect(told).toEqual(['insert into t']);
  });

  it('is a statement where nothing more is known', () => {
    scope.late('  ');
    expect(told).toEqual(['a statement']);
  });

  it('is cut where it is long, and has no password', () => {
    expect(bounded('x'.repeat(200))).toBe('x'.repeat(200));
    expect(bounded('x'.repeat(201))).toBe(`${'x'.repeat(200)} …`);
    expect(bounded('connect postgres://me:secret@host/db')).not.toContain('secret');
  });
});

describe('inside a change, waiting for a run', () => {
  const other = () => new InMemoryAuditStore(new InMemoryDatabase());
  const inside = (work: () => void) => insideChange(scope, async () => thrownBy(work));

  it('is refused on the store of its own run, for any service', async () => {
    const refused = await inside(() => refuseInside('other', store));
    expect(refused).toBeInstanceOf(SelfWaitingError);
    expect(refused).toMatchObject({ service: 'other', changeId: 'publish' });
  });

  it('is allowed on another store, and outside of every change', async () => {
    expect(await inside(() => refuseInside(SERVICE, other()))).toBeUndefined();
    expect(thrownBy(() => refuseInside(SERVICE, store))).toBeUndefined();
  });

  it('is allowed for what the change has left behind', async () => {
    let late: Promise<unknown> | undefined;
    await insideChange(scope, async () => {
      late = setImmediate().then(() => thrownBy(() => refuseInside(SERVICE, store)));
    });
    expect(await late).toBeUndefined();
  });

  it('is refused on the same database only while its transaction keeps all others off, and for its service', async () => {
    const same = { resource: store.resource };
    expect(await inside(() => refuseInside(SERVICE, same))).toBeUndefined();
    lease.suspend();
    expect(await insideAgain(() => refuseInside(SERVICE, same))).toBeInstanceOf(SelfWaitingError);
    expect(await insideAgain(() => refuseInside('other', same))).toBeUndefined();
    expect(await insideAgain(() => refuseInside(SERVICE, other()))).toBeUndefined();
  });

  const insideAgain = (work: () => void) =>
    insideChange(new ChangeScope('publish', store, lease, () => undefined), async () => thrownBy(work));
});

describe('inside a change, waiting for a lock', () => {
  const heldBy = (owner: string) => ({ owner }) as LockRecord;
  const waiting = (service: string, holder: LockRecord | undefined) =>
    insideChange(new ChangeScope('publish', store, lease, () => undefined), async () =>
      thrownBy(() => refuseToWaitFor(service, holder)),
    );

  it('is refused where its own run holds it', async () => {
    const refused = await waiting(SERVICE, heldBy(lease.hold.owner));
    expect(refused).toBeInstanceOf(SelfWaitingError);
    expect(refused).toMatchObject({ service: SERVICE, changeId: 'publish' });
  });

  it('is allowed where another run holds it, or the lock is of another service', async () => {
    expect(await waiting(SERVICE, heldBy('another'))).toBeUndefined();
    expect(await waiting('other', heldBy(lease.hold.owner))).toBeUndefined();
  });

  it('goes by its own transaction where nobody can tell who holds it', async () => {
    expect(await waiting(SERVICE, undefined)).toBeUndefined();
    lease.suspend();
    expect(await waiting(SERVICE, undefined)).toBeInstanceOf(SelfWaitingError);
    expect(await waiting(SERVICE, heldBy('another'))).toBeUndefined();
  });

  it('is allowed outside of every change, and for what a change has left behind', async () => {
    const own = heldBy(lease.hold.owner);
    expect(thrownBy(() => refuseToWaitFor(SERVICE, own))).toBeUndefined();
    let late: Promise<unknown> | undefined;
    await insideChange(scope, async () => {
      late = setImmediate().then(() => thrownBy(() => refuseToWaitFor(SERVICE, own)));
    });
    expect(await late).toBeUndefined();
  });
});
