import { serviceNameFault } from '../change/names.js';
import type { ApprovalRule } from '../decisions/approval-reader.js';
import { needFaults } from '../change/approval-faults.js';
import { shown } from '../errors/option-names.js';
import type { RetrySettings } from '../run/engine-settings.js';
import type { Limits } from '../runtime/limits.js';
import type { ResolvedOptions } from './resolve-options.js';
import { countFrom, listOfTexts, milliseconds, oneOf, trueOrFalse } from './value-faults.js';

/** Shorter, and an event loop that is busy for a moment loses the lock. */
const SHORTEST_LEASE_MS = 300;

/** What is wrong with the values of settings, in words. */
export function valueFaults({
  enabled,
  shutdownSignals,
  runAt,
  role,
  commit,
  onIssue,
  outOfOrder,
  renamedChanges,
  editedChanges,
  driftAt,
  development,
  stages,
  diagnosis,
  lock,
  retry,
  resolution,
  approvals,
  timeouts,
}: ResolvedOptions): string[] {
  const faults = [
    trueOrFalse('enabled', enabled),
    trueOrFalse('development', development.isOn),
    trueOrFalse('diagnosis.statements', diagnosis.statements),
    listOfTexts('shutdownSignals', shutdownSignals),
    ['SIGKILL', 'SIGSTOP'].some((signal) => shutdownSignals.includes(signal as NodeJS.Signals))
      ? 'shutdownSignals must not contain SIGKILL or SIGSTOP: no process can listen to them'
      : undefined,
    oneOf('runAt', runAt, ['bootstrap', 'after-module-init', 'manual']),
    oneOf('role', role, ['both', 'execute', 'wait']),
    oneOf('commit', commit, ['auto', 'each']),
    oneOf('onIssue', onIssue, ['fail', 'skip']),
    oneOf('outOfOrder', outOfOrder, ['allow', 'warn', 'fail']),
    oneOf('renamedChanges', renamedChanges, ['allow', 'warn', 'fail']),
    oneOf('editedChanges', editedChanges, ['ignore', 'warn', 'fail']),
    oneOf('driftAt', driftAt, ['start', 'never']),
    milliseconds('lock.leaseMs', lock.leaseMs, SHORTEST_LEASE_MS),
    milliseconds('lock.waitMs', lock.waitMs, 0),
    milliseconds('lock.retryMs', lock.retryMs, 1),
    ...retryFaults(retry),
    countFrom(0, 'resolution.approvals', resolution.approvals),
    ...approvalFaults(approvals),
    milliseconds('timeouts.runMs', timeouts.runMs ?? 1, 1),
    milliseconds('timeouts.changeMs', timeouts.changeMs ?? 1, 1),
    milliseconds('timeouts.graceMs', timeouts.graceMs, 0),
    ...limitFaults(timeouts),
    stages && listOfTexts('stages', stages),
    stages && new Set(stages).size < stages.length ? 'stages names a stage twice' : undefined,
  ];
  return faults.filter((fault) => fault !== undefined);
}

function retryFaults({ attempts, initialMs, maxMs }: RetrySettings): (string | undefined)[] {
  return [
    countFrom(1, 'retry.attempts', attempts),
    milliseconds('retry.initialMs', initialMs, 1),
    milliseconds('retry.maxMs', maxMs, initialMs),
  ];
}

function approvalFaults({ require, directory, onUnapproved, emergency }: ResolvedOptions['approvals']) {
  const rules: readonly unknown[] | undefined = Array.isArray(require) ? require : undefined;
  const faults: (string | undefined)[] = [
    rules ? undefined : `approvals.require must be a list of rules, not ${shown(require)}`,
    ...(rules ?? []).flatMap((rule, index) =>
      needFaults(`approvals.require[${index}]`, rule, { stage: true, target: true, matches: true }),
    ),
    oneOf('approvals.onUnapproved', onUnapproved, ['fail', 'wait', 'skip']),
  ];
  if (emergency !== undefined && (typeof emergency !== 'string' || emergency.trim() === ''))
    faults.push(`approvals.emergency must say why, not ${shown(emergency)}`);
  const knowsGroups = typeof (directory as { groupsOf?: unknown } | undefined)?.groupsOf === 'function';
  if (directory !== undefined && !knowsGroups)
    faults.push(`approvals.directory must have a method groupsOf(name), not be ${shown(directory)}`);
  if (!knowsGroups && rules?.some((rule) => (rule as ApprovalRule | null)?.groups !== undefined))
    faults.push(
      'approvals.require names groups, and approvals.directory, which knows their members, is missing',
    );
  return faults;
}

function limitFaults({ answerMs, commitMs, rollbackMs, takeOverMs }: Limits): (string | undefined)[] {
  const fault = milliseconds('timeouts.answerMs', answerMs, 1);
  // The others follow from it where they are not set.
  if (fault !== undefined) return [fault];
  return [
    milliseconds('timeouts.commitMs', commitMs, 1),
    milliseconds('timeouts.rollbackMs', rollbackMs, 1),
    milliseconds('timeouts.takeOverMs', takeOverMs, 0),
    takeOverMs >= answerMs
      ? `timeouts.takeOverMs must be less than timeouts.answerMs, ${answerMs}: what waits for it is an answer`
      : undefined,
  ];
}

/** Why the service has no name, or none that can be kept. */
export function serviceFault(service: string | undefined): string | undefined {
  if (service === undefined)
    return "service must be set, service: '…' or FLAMINGOCK_SERVICE: there is no package.json with a name above the working directory or the script that was started";
  const fault = serviceNameFault(service);
  return fault && `service ${fault}`;
}
