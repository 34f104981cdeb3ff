import { optionFaults, optionsOf, shown, type OptionNames } from '../errors/option-names.js';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import { isTransactional, type TargetSystem } from '../target-system/target-system.js';
import type { ChangeFault } from './change.errors.js';
import type { ChangeMetadata, ChangeOptions, RecoveryOptions, RecoveryRetry } from './change-metadata.js';
import { A_NAME, isName } from './names.js';
import { needFaults } from './approval-faults.js';

const CHANGE_OPTIONS: OptionNames<ChangeOptions> = {
  id: true,
  order: true,
  author: true,
  replaces: true,
  transactional: true,
  commit: true,
  retry: true,
  verify: true,
  approval: true,
  timeoutMs: true,
  lockTimeoutMs: true,
  guidance: true,
};

/** The longest delay of a Node timer, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What is wrong with what `@Change` and `@Recovery` of a class were given. */
export function changeOptionFaults(where: string, { options, recovery }: ChangeMetadata): ChangeFault[] {
  const faults = [...optionsFaults(options), ...recoveryFaults(recovery)];
  return faults.map((fault) => ({ where, ...fault }));
}

/** What keeps a target system from bounding how long a change waits for locks. */
export function lockTimeoutFaults(
  where: string,
  { lockTimeoutMs, transactional }: Partial<ChangeOptions>,
  target: TargetSystem,
): ChangeFault[] {
  if (lockTimeoutMs === undefined) return [];
  const obstacle = target.lockTimeoutObstacle
    ? target.lockTimeoutObstacle(transactional ?? isTransactional(target))
    : 'it has no bound for how long a statement waits for a lock';
  if (obstacle === undefined) return [];
  const problem = `has a lockTimeoutMs, which target system "${target.id}" cannot keep: ${obstacle}`;
  return [{ where, problem, remedy: 'Leave lockTimeoutMs out; timeoutMs bounds the whole method.' }];
}

type Fault = Omit<ChangeFault, 'where'>;

function optionsFaults(options: Partial<ChangeOptions>): Fault[] {
  if (typeof options !== 'object') {
    const problem = `its @Change takes { id, order, author } and more, not ${given(options)}`;
    return [{ problem, remedy: "Write @Change({ id: '…', order: '…', author: '…' })." }];
  }
  return [
    ...nameFaults(options),
    ...optionFaults('its @Change', options, CHANGE_OPTIONS).map((problem) => ({
      problem,
      remedy: 'Correct the name, or leave the option out.',
    })),
    ...valueFaults(options),
    ...approvalFaults(options),
  ];
}

function nameFaults(options: Partial<ChangeOptions>): Fault[] {
  return (['id', 'order', 'author'] as const)
    .filter((name) => !isName(options[name]))
    .map((name) => ({
      problem: `its ${name} must be ${A_NAME}, not ${given(options[name])}`,
      remedy: `Give @Change an ${name}.`,
    }));
}

function valueFaults(options: Partial<ChangeOptions>): Fault[] {
  const { timeoutMs, lockTimeoutMs, guidance, transactional, commit, retry, verify, replaces } = options;
  const faults: Fault[] = [];
  if (replaces !== undefined && !areNames(replacedNames(replaces))) {
    const problem = `its replaces must be the name of a migration, or a list of such names, not ${given(replaces)}`;
    faults.push({ problem, remedy: 'Write each name as the history of the other tool has it.' });
  }
  if (guidance !== undefined && (typeof guidance !== 'string' || guidance.trim() === '')) {
    const problem = `its guidance must be a text, not ${given(guidance)}`;
    faults.push({ problem, remedy: 'Say what to check, or leave it out.' });
  }
  if (![undefined, 'own'].includes(commit)) {
    const problem = `its commit can only be 'own', not ${given(commit)}`;
    faults.push({ problem, remedy: "Write commit: 'own', or leave it out." });
  }
  if (![undefined, false].includes(retry)) {
    const problem = `its retry can only be false, not ${given(retry)}`;
    faults.push({ problem, remedy: 'Write retry: false, or leave it out.' });
  }
  if (![undefined, 'always'].includes(verify)) {
    const problem = `its verify can only be 'always', not ${given(verify)}`;
    faults.push({ problem, remedy: "Write verify: 'always', or leave it out." });
  }
  for (const [name, value] of Object.entries({ timeoutMs, lockTimeoutMs })) {
    if (value === undefined || isTimeout(value)) continue;
    const problem = `its ${name} must be a number of milliseconds from 1 to ${LONGEST_TIMER_MS}, not ${String(value)}`;
    faults.push({ problem, remedy: 'Correct it, or leave it out.' });
  }
  if (!['boolean', 'undefined'].includes(typeof transactional)) {
    const problem = `its transactional must be true or false, not ${given(transactional)}`;
    faults.push({ problem, remedy: 'Correct it, or leave it out.' });
  }
  return faults;
}

function approvalFaults({ approval }: Partial<ChangeOptions>): Fault[] {
  if (approval === undefined) return [];
  const remedy = 'Write approval: { count: 1 }, or leave it out.';
  return needFaults('its approval', approval).map((problem) => ({ problem, remedy }));
}

function isTimeout(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= LONGEST_TIMER_MS;
}

function areNames(names: readonly unknown[]): boolean {
  return names.length > 0 && names.every((name) => isName(name));
}

/** What `replaces` names, each once. */
export function replacedNames(replaces: unknown): readonly string[] {
  return [...new Set(Array.isArray(replaces) ? (replaces as readonly string[]) : [replaces as string])];
}

function recoveryFaults(recovery: ChangeMetadata['recovery']): Fault[] {
  if (typeof recovery === 'string') return [];
  if ('strategy' in recovery) return recoveryRetryFaults(recovery);
  return [
    {
      problem: `its @Recovery takes { strategy, retry } and nothing else, not ${given(recovery.given)}`,
      remedy:
        'Write @Recovery({ strategy: RecoveryStrategy.ALWAYS_RETRY }), or leave it out for MANUAL_INTERVENTION.',
    },
  ];
}

const RETRY_OPTIONS: OptionNames<RecoveryRetry> = { attempts: true, initialMs: true, maxMs: true };

function recoveryRetryFaults({ strategy, retry }: RecoveryOptions): Fault[] {
  const remedy = 'Correct it, or leave it out.';
  const faults = optionFaults('retry of its @Recovery', retry, RETRY_OPTIONS).map((problem) => ({
    problem,
    remedy,
  }));
  if (strategy !== RecoveryStrategy.ALWAYS_RETRY)
    faults.push({
      problem: `its @Recovery has retry with the strategy ${strategy}`,
      remedy: 'Set the strategy to RecoveryStrategy.ALWAYS_RETRY, or leave retry out.',
    });
  const { attempts, initialMs, maxMs } = optionsOf(retry ?? {}) as Record<keyof RecoveryRetry, unknown>;
  const expect = (isMet: boolean, name: string, rule: string, value: unknown): void => {
    if (!isMet)
      faults.push({ problem: `retry.${name} of its @Recovery must be ${rule}, not ${given(value)}`, remedy });
  };
  const least = isPause(initialMs) ? initialMs : 1;
  expect(attempts === undefined || isCount(attempts), 'attempts', 'a whole number from 1', attempts);
  expect(initialMs === undefined || isPause(initialMs), 'initialMs', A_PAUSE(1), initialMs);
  expect(maxMs === undefined || isPause(maxMs, least), 'maxMs', A_PAUSE(least), maxMs);
  return faults;
}

const A_PAUSE = (least: number): string => `a number of milliseconds from ${least} to ${LONGEST_TIMER_MS}`;

function isPause(value: unknown, least = 1): value is number {
  return typeof value === 'number' && value >= least && value <= LONGEST_TIMER_MS;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function given(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? JSON.stringify(value) : shown(value);
}
