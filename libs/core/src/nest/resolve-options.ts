import { serviceNameFault } from '../change/names.js';
import { resolveLimits, type Limits } from '../runtime/limits.js';
import { applicationName, developmentVariables } from '../runtime/node-runtime.js';
import type { EngineSettings, RetrySettings } from '../run/engine-settings.js';
import type { FlamingockSettings, ProbeSettings, ProcessRole, RunAt } from './flamingock-options.js';
import { resolveEvidence } from './evidence-settings.js';
import { developmentFault, developmentOf } from './development.js';
import { InvalidOptionsError } from './nest.errors.js';
import { optionFaults, optionsOf, withoutUndefined, type OptionNames } from '../errors/option-names.js';
import { resolveProbe } from './probe-settings.js';
import { listOfTexts, milliseconds, oneOf } from './setting-faults.js';

/** Settings with every default filled in. */
export interface ResolvedOptions extends EngineSettings {
  readonly enabled: boolean;
  readonly service: string;
  readonly runAt: RunAt;
  readonly role: ProcessRole;
  readonly stages: readonly string[] | undefined;
  /** The probe that is open while the application starts; `undefined`: none. */
  readonly probe: Required<ProbeSettings> | undefined;
  readonly shutdownSignals: readonly NodeJS.Signals[];
}

/**
 * Merges settings, the later ones winning, and fills in the defaults.
 *
 * @throws InvalidOptionsError listing every value that makes no sense.
 */
export function resolveOptions(...layers: readonly FlamingockSettings[]): ResolvedOptions {
  const settings = merge(layers);
  const { lock = {}, retry = {}, timeouts = {}, service = applicationName() } = settings;
  const environment = developmentVariables();
  const { probe, faults: probeFaults } = resolveProbe(layers);
  const { evidence, faults: evidenceFaults } = resolveEvidence(settings.evidence ?? {});
  const resolved: ResolvedOptions = {
    enabled: settings.enabled ?? true,
    service: service ?? '',
    runAt: settings.runAt === 'module-init' ? 'bootstrap' : (settings.runAt ?? 'bootstrap'),
    role: settings.role ?? 'both',
    stages: settings.stages,
    commit: settings.commit ?? 'auto',
    onIssue: settings.onIssue ?? 'fail',
    outOfOrder: settings.outOfOrder ?? 'warn',
    renamedChanges: settings.renamedChanges ?? 'fail',
    editedChanges: settings.editedChanges ?? 'warn',
    development: developmentOf(settings.development, environment),
    retry: {
      attempts: retry.attempts ?? 3,
      initialMs: retry.initialMs ?? 100,
      maxMs: retry.maxMs ?? 5_000,
    },
    lock: {
      leaseMs: lock.leaseMs ?? 10_000,
      waitMs: lock.waitMs ?? 600_000,
      retryMs: lock.retryMs ?? 500,
    },
    timeouts: {
      runMs: timeouts.runMs,
      changeMs: timeouts.changeMs,
      graceMs: timeouts.graceMs ?? 5_000,
      ...resolveLimits(timeouts),
    },
    evidence,
    probe,
    shutdownSignals: settings.shutdownSignals ?? ['SIGTERM', 'SIGINT'],
  };
  const faults = [...layers.flatMap(nameFaults), ...valueFaults(resolved), ...probeFaults, ...evidenceFaults];
  const noDevelopment = developmentFault(environment);
  if (noDevelopment !== undefined) faults.push(noDevelopment);
  const noService = resolved.enabled ? serviceFault(service) : undefined;
  if (noService !== undefined) faults.push(noService);
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  return resolved;
}

/** What is wrong with these settings, independent of others that they are merged with. */
export function settingFaults(settings: FlamingockSettings): readonly string[] {
  try {
    resolveOptions({ service: 'any' }, settings);
    return [];
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.faults;
    throw error;
  }
}

/** What settings may be called. */
export const SETTINGS: OptionNames<FlamingockSettings> = {
  enabled: true,
  service: true,
  runAt: true,
  role: true,
  stages: true,
  commit: true,
  onIssue: true,
  outOfOrder: true,
  renamedChanges: true,
  editedChanges: true,
  development: true,
  lock: true,
  retry: true,
  timeouts: true,
  evidence: true,
  probe: true,
  shutdownSignals: true,
};
/** The settings that are groups of others, and what these may be called. */
const GROUPS: { readonly [G in Group]: OptionNames<Required<FlamingockSettings>[G]> } = {
  lock: { leaseMs: true, waitMs: true, retryMs: true },
  retry: { attempts: true, initialMs: true, maxMs: true },
  evidence: { key: true, keyFile: true, anchors: true },
  timeouts: {
    runMs: true,
    changeMs: true,
    graceMs: true,
    answerMs: true,
    commitMs: true,
    rollbackMs: true,
    takeOverMs: true,
  },
};
type Group = 'lock' | 'retry' | 'evidence' | 'timeouts';
const GROUP_NAMES = Object.keys(GROUPS) as Group[];

function nameFaults(settings: FlamingockSettings): string[] {
  const given = optionsOf(settings);
  return [
    ...optionFaults('Flamingock', settings, SETTINGS),
    ...GROUP_NAMES.flatMap((name) =>
      given[name] === undefined ? [] : optionFaults<object>(name, given[name], GROUPS[name]),
    ),
  ];
}

/** Later layers win, setting by setting, also within groups. */
function merge(layers: readonly FlamingockSettings[]): FlamingockSettings {
  const defined = layers.map((layer) => withoutUndefined(optionsOf(layer)));
  const groups = GROUP_NAMES.map((name) => [
    name,
    Object.assign({}, ...defined.map((layer) => withoutUndefined(optionsOf(layer[name] ?? {})))) as object,
  ]);
  return {
    ...(Object.assign({}, ...defined) as FlamingockSettings),
    ...(Object.fromEntries(groups) as object),
  };
}

/** Shorter, and an event loop that is busy for a moment loses the lock. */
const SHORTEST_LEASE_MS = 300;

function valueFaults({
  enabled,
  shutdownSignals,
  runAt,
  role,
  commit,
  onIssue,
  outOfOrder,
  renamedChanges,
  editedChanges,
  development,
  stages,
  lock,
  retry,
  timeouts,
}: ResolvedOptions): string[] {
  const faults = [
    typeof enabled === 'boolean'
      ? undefined
      : `enabled must be true or false, not ${JSON.stringify(enabled)}`,
    typeof development.isOn === 'boolean'
      ? undefined
      : `development must be true or false, not ${JSON.stringify(development.isOn)}`,
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
    milliseconds('lock.leaseMs', lock.leaseMs, SHORTEST_LEASE_MS),
    milliseconds('lock.waitMs', lock.waitMs, 0),
    milliseconds('lock.retryMs', lock.retryMs, 1),
    ...retryFaults(retry),
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
    Number.isSafeInteger(attempts) && attempts > 0
      ? undefined
      : `retry.attempts must be a whole number from 1, not ${String(attempts)}`,
    milliseconds('retry.initialMs', initialMs, 1),
    milliseconds('retry.maxMs', maxMs, initialMs),
  ];
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

function serviceFault(service: string | undefined): string | undefined {
  if (service === undefined)
    return "service must be set, service: '…' or FLAMINGOCK_SERVICE: there is no package.json with a name above the working directory or the script that was started";
  const fault = serviceNameFault(service);
  return fault && `service ${fault}`;
}
