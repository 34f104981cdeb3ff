import { DEV_VALUES, isDevValueOn } from './development.js';
import type { FlamingockSettings } from './flamingock-options.js';
import type { ProbeSettings } from './probe-options.js';
import { InvalidOptionsError } from './nest.errors.js';
import { A_PORT, isPort } from './ports.js';
import { ACTOR_VARIABLE, CI_ALLOW_VARIABLE, CLI_VARIABLE } from '../errors/command-line.js';
import { suggestion, withoutUndefined } from '../errors/option-names.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings from `FLAMINGOCK_*` variables; one that is not set, or empty, leaves its default.
 *
 * @throws InvalidOptionsError naming every variable whose value makes no sense.
 */
export function settingsFromEnvironment(environment: Environment): FlamingockSettings {
  const read = new VariableReader(environment);
  const settings = {
    enabled: read.boolean('FLAMINGOCK_ENABLED'),
    service: read.text('FLAMINGOCK_SERVICE'),
    runAt: read.oneOf('FLAMINGOCK_RUN_AT', ['bootstrap', 'after-module-init', 'manual', 'module-init']),
    role: read.oneOf('FLAMINGOCK_ROLE', ['both', 'execute', 'wait']),
    stages: read.list('FLAMINGOCK_STAGES'),
    commit: read.oneOf('FLAMINGOCK_COMMIT', ['auto', 'each']),
    onIssue: read.oneOf('FLAMINGOCK_ON_ISSUE', ['fail', 'skip']),
    outOfOrder: read.oneOf('FLAMINGOCK_OUT_OF_ORDER', ['allow', 'warn', 'fail']),
    renamedChanges: read.oneOf('FLAMINGOCK_RENAMED_CHANGES', ['allow', 'warn', 'fail']),
    editedChanges: read.oneOf('FLAMINGOCK_EDITED_CHANGES', ['ignore', 'warn', 'fail']),
    driftAt: read.oneOf('FLAMINGOCK_DRIFT_AT', ['start', 'never']),
    development: read.flag('FLAMINGOCK_DEV'),
    approvals: {
      onUnapproved: read.oneOf('FLAMINGOCK_ON_UNAPPROVED', ['fail', 'wait', 'skip']),
      emergency: read.text('FLAMINGOCK_EMERGENCY'),
    },
    diagnosis: { statements: read.boolean('FLAMINGOCK_DIAGNOSIS_STATEMENTS') },
    lock: {
      leaseMs: read.milliseconds('FLAMINGOCK_LOCK_LEASE_MS'),
      waitMs: read.milliseconds('FLAMINGOCK_LOCK_WAIT_MS'),
      retryMs: read.milliseconds('FLAMINGOCK_LOCK_RETRY_MS'),
    },
    retry: {
      attempts: read.count('FLAMINGOCK_RETRY_ATTEMPTS'),
      initialMs: read.milliseconds('FLAMINGOCK_RETRY_INITIAL_MS'),
      maxMs: read.milliseconds('FLAMINGOCK_RETRY_MAX_MS'),
    },
    backOff: { waitMs: read.milliseconds('FLAMINGOCK_BACK_OFF_WAIT_MS') },
    circuit: circuitIn(read),
    evidence: {
      keyFile: read.text('FLAMINGOCK_EVIDENCE_KEY_FILE'),
      tests: read.text('FLAMINGOCK_EVIDENCE_TESTS'),
    },
    timeouts: {
      runMs: read.milliseconds('FLAMINGOCK_RUN_TIMEOUT_MS'),
      changeMs: read.milliseconds('FLAMINGOCK_CHANGE_TIMEOUT_MS'),
      graceMs: read.milliseconds('FLAMINGOCK_GRACE_MS'),
      answerMs: read.milliseconds('FLAMINGOCK_ANSWER_TIMEOUT_MS'),
      commitMs: read.milliseconds('FLAMINGOCK_COMMIT_TIMEOUT_MS'),
      rollbackMs: read.milliseconds('FLAMINGOCK_ROLLBACK_TIMEOUT_MS'),
      takeOverMs: read.milliseconds('FLAMINGOCK_TAKE_OVER_TIMEOUT_MS'),
    },
  };
  // Read elsewhere, and no settings.
  const elsewhere = [
    CLI_VARIABLE,
    ACTOR_VARIABLE,
    CI_ALLOW_VARIABLE,
    'FLAMINGOCK_VERSION',
    'FLAMINGOCK_REVISION',
  ];
  for (const name of elsewhere) read.text(name);
  probeIn(read);
  const faults = [...read.faults, ...unknownVariables(environment, read.names)];
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  return settings as FlamingockSettings;
}

/** The probe that variables ask for, and what is wrong with them. Undefined fields are not set. */
export function probeFromEnvironment(environment: Environment): {
  readonly probe: ProbeSettings;
  readonly faults: readonly string[];
} {
  const read = new VariableReader(environment);
  const probe = probeIn(read);
  return { probe: withoutUndefined(probe), faults: read.faults };
}

function circuitIn(read: VariableReader) {
  const circuit = {
    failures: read.count('FLAMINGOCK_CIRCUIT_FAILURES'),
    initialMs: read.milliseconds('FLAMINGOCK_CIRCUIT_INITIAL_MS'),
    maxMs: read.milliseconds('FLAMINGOCK_CIRCUIT_MAX_MS'),
  };
  return read.boolean('FLAMINGOCK_CIRCUIT') === false ? false : circuit;
}

function probeIn(read: VariableReader) {
  return {
    port: read.port('FLAMINGOCK_PROBE_PORT'),
    host: read.text('FLAMINGOCK_PROBE_HOST'),
    keepOpen: read.boolean('FLAMINGOCK_PROBE_KEEP_OPEN'),
    required: read.boolean('FLAMINGOCK_PROBE_REQUIRED'),
  };
}

class VariableReader {
  readonly faults: string[] = [];
  readonly names: string[] = [];

  constructor(private readonly environment: Environment) {}

  text(name: string): string | undefined {
    this.names.push(name);
    const value = this.environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    const match = allowed.find((one) => one === value);
    if (value !== undefined && match === undefined) this.fault(name, `one of ${allowed.join(', ')}`, value);
    return match;
  }

  boolean(name: string): boolean | undefined {
    const value = this.oneOf(name, ['true', 'false']);
    return value === undefined ? undefined : value === 'true';
  }

  flag(name: string): boolean | undefined {
    const value = this.oneOf(name, DEV_VALUES);
    return value && isDevValueOn(value);
  }

  milliseconds(name: string): number | undefined {
    return this.whole(name, 'a whole number of milliseconds');
  }

  count(name: string): number | undefined {
    return this.whole(name, 'a whole number');
  }

  private whole(name: string, wanted: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d+$/.test(value)) this.fault(name, wanted, value);
    return Number(value);
  }

  port(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined || SERVICE_URL.test(value)) return undefined;
    if (/^\d+$/.test(value) && isPort(Number(value))) return Number(value);
    this.fault(name, A_PORT, value);
    return undefined;
  }

  list(name: string): string[] | undefined {
    return this.text(name)
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  private fault(name: string, wanted: string, value: string): void {
    this.faults.push(`${name} must be ${wanted}, not ${JSON.stringify(value)}`);
  }
}

/** What a Service is called in variables, and what Kubernetes puts after it. */
const SERVICE_NAME = 'FLAMINGOCK(?:_[A-Z0-9_]*[A-Z0-9])?';
const OF_SERVICE = 'SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)';
const OF_PORT = String.raw`PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?`;
/** What Kubernetes has for the port of a Service: of `flamingock-probe` in the variable that is our own. */
const SERVICE_URL = /^(?:tcp|udp|sctp):\/\//;
const SERVICE_LINK = new RegExp(`^${SERVICE_NAME}_(?:${OF_SERVICE}|${OF_PORT})$`);

/** True for what Kubernetes sets in every pod beside a Service `flamingock`, or `flamingock-` and anything. */
export function isServiceLink(variable: string): boolean {
  return SERVICE_LINK.test(variable);
}

const PREFIX = 'FLAMINGOCK_';

/** A misspelt variable must not be a setting that silently never applied. */
function unknownVariables(environment: Environment, known: readonly string[]): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && !isServiceLink(name))
    .map((name) => `${name} is not a variable of Flamingock${suggestion(name, known, PREFIX)}`);
}
