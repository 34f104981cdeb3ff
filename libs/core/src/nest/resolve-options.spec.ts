import { failureOf } from '../fixtures/runs.js';
import { applicationName } from '../runtime/node-runtime.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { InvalidOptionsError } from './nest.errors.js';
import { resolveOptions } from './resolve-options.js';

const faultsOf = async (settings: object): Promise<readonly string[]> => {
  const error = await failureOf(Promise.resolve().then(() => resolveOptions(settings)));
  expect(error).toBeInstanceOf(InvalidOptionsError);
  return (error as InvalidOptionsError).faults;
};

describe('resolveOptions', () => {
  it('has a default for everything', () => {
    expect(resolveOptions()).toEqual({
      enabled: true,
      service: applicationName(),
      runAt: 'bootstrap',
      role: 'both',
      stages: undefined,
      commit: 'auto',
      onIssue: 'fail',
      outOfOrder: 'warn',
      evidence: undefined,
      renamedChanges: 'fail',
      editedChanges: 'warn',
      driftAt: 'never',
      development: { isOn: false, why: expect.any(String) as string },
      resolutions: [],
      diagnosis: { statements: true },
      lock: { leaseMs: 10_000, waitMs: 600_000, retryMs: 500 },
      resolution: { approvals: 0 },
      approvals: { require: [], directory: undefined, onUnapproved: 'fail', emergency: undefined },
      retry: { attempts: 3, initialMs: 100, maxMs: 5_000 },
      backOff: { waitMs: 30_000 },
      circuit: { failures: 5, initialMs: 30_000, maxMs: 300_000 },
      timeouts: {
        runMs: undefined,
        changeMs: undefined,
        graceMs: 5_000,
        answerMs: 60_000,
        commitMs: 60_000,
        rollbackMs: 2_000,
        takeOverMs: 30_000,
      },
      shutdownSignals: ['SIGTERM', 'SIGINT'],
    });
  });

  it('lets later settings win, one by one, also within lock and timeouts', () => {
    const resolved = resolveOptions(
      { service: 'a', onIssue: 'skip', lock: { leaseMs: 1_000, waitMs: 5 }, timeouts: { graceMs: 1 } },
      { service: 'b', lock: { leaseMs: 2_000 }, timeouts: { changeMs: 7 } },
    );
    expect(resolved).toMatchObject({
      service: 'b',
      onIssue: 'skip',
      lock: { leaseMs: 2_000, waitMs: 5, retryMs: 500 },
      timeouts: { graceMs: 1, changeMs: 7 },
    });
  });

  it('does not let an undefined take anything back', () => {
    const undefineds = { service: undefined, lock: undefined, timeouts: { graceMs: undefined } };
    const resolved = resolveOptions(
      { service: 'a', lock: { leaseMs: 1_000 }, timeouts: { graceMs: 1 } },
      undefineds as unknown as FlamingockSettings,
    );
    expect(resolved).toMatchObject({ service: 'a', lock: { leaseMs: 1_000 }, timeouts: { graceMs: 1 } });
  });

  it('lets false and nothing be values', () => {
    expect(
      resolveOptions({ enabled: true }, { enabled: false, shutdownSignals: [], lock: { waitMs: 0 } }),
    ).toMatchObject({
      enabled: false,
      shutdownSignals: [],
      lock: { waitMs: 0 },
    });
  });

  it.each<[string, object, RegExp]>([
    ['role', { role: 'waiter' }, /^role must be one of 'both', 'execute', 'wait', not "waiter"$/],
    [
      'runAt',
      { runAt: 'start' },
      /^runAt must be one of 'bootstrap', 'after-module-init', 'manual', not "start"$/,
    ],
    ['onIssue', { onIssue: 'ignore' }, /^onIssue must be one of 'fail', 'skip'/],
    ['outOfOrder', { outOfOrder: 'x' }, /^outOfOrder must be one of 'allow', 'warn', 'fail'/],
    ['an empty service', { service: ' ' }, /^service must be 1 to 100 characters/],
    ['a long service', { service: 'x'.repeat(101) }, /^service must be 1 to 100 characters/],
    ['a service that is no text', { service: 7 }, /^service must be/],
    [
      'a lease too short for a heartbeat',
      { lock: { leaseMs: 299 } },
      /^lock.leaseMs must be .* from 300 to 2147483647, not 299/,
    ],
    ['a lease that no timer can wait for', { lock: { leaseMs: 2 ** 31 } }, /^lock.leaseMs must be/],
    ['a negative wait', { lock: { waitMs: -1 } }, /^lock.waitMs must be/],
    ['no pause', { lock: { retryMs: 0 } }, /^lock.retryMs must be/],
    ['no attempt', { retry: { attempts: 0 } }, /^retry.attempts must be a whole number from 1, not 0/],
    [
      'a longest pause below the shortest',
      { retry: { initialMs: 9, maxMs: 8 } },
      /^retry.maxMs must be .* from 9/,
    ],
    ['a run timeout of 0', { timeouts: { runMs: 0 } }, /^timeouts.runMs must be/],
    [
      'a change timeout that is no number',
      { timeouts: { changeMs: Number.NaN } },
      /^timeouts.changeMs must be/,
    ],
    ['a change timeout that is a text', { timeouts: { changeMs: '500' } }, /^timeouts.changeMs must be/],
    ['no time for an answer', { timeouts: { answerMs: 0 } }, /^timeouts.answerMs must be/],
    ['no time for a commit', { timeouts: { commitMs: 0 } }, /^timeouts.commitMs must be/],
    ['no time for a rollback', { timeouts: { rollbackMs: 0 } }, /^timeouts.rollbackMs must be/],
    [
      'a take-over that an answer has no time for',
      { timeouts: { answerMs: 500, takeOverMs: 500 } },
      /^timeouts.takeOverMs must be less than timeouts.answerMs, 500/,
    ],
    ['a negative grace time', { timeouts: { graceMs: -1 } }, /^timeouts.graceMs must be/],
    ['a stage named twice', { stages: ['a', 'b', 'a'] }, /^stages names a stage twice/],
    ['enabled as a text, as a variable has it', { enabled: 'false' }, /^enabled must be/],
  ])('refuses %s', async (_what, settings, fault) => {
    expect(await faultsOf(settings)).toEqual([expect.stringMatching(fault)]);
  });

  it('lists every fault at once, in the message too', async () => {
    const settings = { runAt: 'x', service: '', lock: { leaseMs: 1 }, timeouts: { graceMs: -1 } };
    const faults = await faultsOf(settings);
    expect(faults).toHaveLength(4);
    const error = await failureOf(Promise.resolve().then(() => resolveOptions(settings as never)));
    for (const fault of faults) expect((error as Error).message).toContain(fault);
  });

  it('refuses signals that no process can listen to', () => {
    expect(() => resolveOptions({ shutdownSignals: ['SIGTERM', 'SIGKILL'] })).toThrow(/SIGKILL or SIGSTOP/);
  });
});
