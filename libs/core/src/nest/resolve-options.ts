import { playbookFaults } from '../recovery/playbook-faults.js';
import { resolveLimits } from '../runtime/limits.js';
import { applicationName, developmentVariables } from '../runtime/node-runtime.js';
import type { EngineSettings } from '../run/engine-settings.js';
import type { FlamingockSettings, ProcessRole, RunAt } from './flamingock-options.js';
import type { ProbeSettings } from './probe-options.js';
import { resolveEvidence } from './evidence-settings.js';
import { developmentFault, developmentOf } from './development.js';
import { InvalidOptionsError } from './nest.errors.js';
import { optionFaults, optionsOf, withoutUndefined, type OptionNames } from '../errors/option-names.js';
import { resolveProbe } from './probe-settings.js';
import { resolveResilience } from './resilience-settings.js';
import { serviceFault, valueFaults } from './setting-faults.js';

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
  const {
    lock = {},
    retry = {},
    approvals = {},
    resolution = {},
    timeouts = {},
    service = applicationName(),
  } = settings;
  const environment = developmentVariables();
  const { probe, faults: probeFaults } = resolveProbe(layers);
  const resilience = resolveResilience(layers);
  const { evidence, tests, faults: evidenceFaults } = resolveEvidence(settings.evidence ?? {});
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
    driftAt: settings.driftAt ?? 'never',
    development: developmentOf(settings.development, environment),
    retry: {
      attempts: retry.attempts ?? 3,
      initialMs: retry.initialMs ?? 100,
      maxMs: retry.maxMs ?? 5_000,
    },
    resolution: { approvals: resolution.approvals ?? 0 },
    approvals: {
      require: approvals.require ?? [],
      directory: approvals.directory,
      onUnapproved: approvals.onUnapproved ?? 'fail',
      emergency: approvals.emergency,
    },
    resolutions: settings.resolutions ?? [],
    diagnosis: { statements: settings.diagnosis?.statements ?? true },
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
    ...resilience.settings,
    evidence,
    tests,
    probe,
    shutdownSignals: settings.shutdownSignals ?? ['SIGTERM', 'SIGINT'],
  };
  const faults = [
    ...layers.flatMap(nameFaults),
    ...valueFaults(resolved),
    ...resilience.faults,
    ...probeFaults,
    ...evidenceFaults,
    ...playbookFaults(resolved.resolutions),
  ];
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
  driftAt: true,
  development: true,
  resolutions: true,
  diagnosis: true,
  lock: true,
  retry: true,
  resolution: true,
  approvals: true,
  backOff: true,
  circuit: true,
  timeouts: true,
  evidence: true,
  probe: true,
  shutdownSignals: true,
};
/** The settings that are groups of others, and what these may be called. */
const GROUPS: { readonly [G in Group]: OptionNames<Required<FlamingockSettings>[G]> } = {
  diagnosis: { statements: true },
  evidence: { key: true, keyFile: true, anchors: true, tests: true },
  lock: { leaseMs: true, waitMs: true, retryMs: true },
  retry: { attempts: true, initialMs: true, maxMs: true },
  resolution: { approvals: true },
  approvals: { require: true, directory: true, onUnapproved: true, emergency: true },
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
type Group = 'approvals' | 'diagnosis' | 'evidence' | 'lock' | 'retry' | 'resolution' | 'timeouts';
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
