import type { FlamingockSettings } from './flamingock-options.js';
import { InvalidOptionsError } from './nest.errors.js';

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
    runAt: read.oneOf('FLAMINGOCK_RUN_AT', ['bootstrap', 'module-init', 'manual']),
    stages: read.list('FLAMINGOCK_STAGES'),
    onIssue: read.oneOf('FLAMINGOCK_ON_ISSUE', ['fail', 'skip']),
    outOfOrder: read.oneOf('FLAMINGOCK_OUT_OF_ORDER', ['allow', 'warn', 'fail']),
    lock: {
      leaseMs: read.milliseconds('FLAMINGOCK_LOCK_LEASE_MS'),
      waitMs: read.milliseconds('FLAMINGOCK_LOCK_WAIT_MS'),
      retryMs: read.milliseconds('FLAMINGOCK_LOCK_RETRY_MS'),
    },
    timeouts: {
      runMs: read.milliseconds('FLAMINGOCK_RUN_TIMEOUT_MS'),
      changeMs: read.milliseconds('FLAMINGOCK_CHANGE_TIMEOUT_MS'),
      graceMs: read.milliseconds('FLAMINGOCK_GRACE_MS'),
      answerMs: read.milliseconds('FLAMINGOCK_ANSWER_TIMEOUT_MS'),
    },
  };
  const faults = [...read.faults, ...unknownVariables(environment, read.names)];
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  return settings as FlamingockSettings;
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

  milliseconds(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d+$/.test(value)) this.fault(name, 'a whole number of milliseconds', value);
    return Number(value);
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

/** What Kubernetes sets in every pod for a Service that is named `flamingock`. */
const KUBERNETES = /^FLAMINGOCK_(?:SERVICE_(?:HOST|PORT)|PORT)(?:_|$)/;

/** A misspelt variable must not be a setting that silently never applied. */
function unknownVariables(environment: Environment, known: readonly string[]): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('FLAMINGOCK_') && !known.includes(name) && !KUBERNETES.test(name))
    .map((name) => `${name} is not a variable of Flamingock; there are ${known.join(', ')}`);
}
