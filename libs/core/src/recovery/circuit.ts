import type { Runtime } from '../runtime/runtime.js';

/** When the circuit of a target system opens, and for how long. */
export interface CircuitSettings {
  /** So many failures of the target system in a row open it. */
  readonly failures: number;
  /** How long it is open at first, in milliseconds. */
  readonly initialMs: number;
  /** How long it is open at most, in milliseconds. */
  readonly maxMs: number;
}

/** What is kept of a target system that has failed: how often in a row, and until when it is left alone. */
export interface Circuit {
  readonly targetSystem: string;
  /** Failures in a row. */
  readonly failures: number;
  /** How often in a row it was opened; 0: it is closed. */
  readonly opened: number;
  /** Store time of the first failure of the row: milliseconds since 1970. */
  readonly since: number;
  /** Store time until which it is open: milliseconds since 1970. One that is closed has 0. */
  readonly until: number;
  /** The last failure. */
  readonly error: string;
}

/**
 * - `closed`: its changes run; failures are counted.
 * - `open`: its changes are left out.
 * - `half-open`: the holder of the lock runs one change, once, to find out.
 */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** The state of a circuit at a moment of the store's time. */
export function circuitState({ opened, until }: Circuit, now: number): CircuitState {
  if (opened === 0) return 'closed';
  return now < until ? 'open' : 'half-open';
}

/** One more failure of a target system. */
export interface TargetFailure {
  readonly targetSystem: string;
  readonly error: string;
  /** How often the target system was tried. */
  readonly attempts: number;
  /** Store time. */
  readonly at: number;
}

/** The circuit after a failure. */
export function afterFailure(
  before: Circuit | undefined,
  { targetSystem, error, attempts, at }: TargetFailure,
  settings: CircuitSettings,
  runtime: Pick<Runtime, 'random'>,
): Circuit {
  const failures = (before?.failures ?? 0) + attempts;
  const { opened = 0, since = at } = before ?? {};
  const opens = opened > 0 || failures >= settings.failures;
  const times = opens ? opened + 1 : 0;
  const until = opens ? at + openMs(times, settings, runtime) : 0;
  return { targetSystem, failures, opened: times, since, until, error };
}

/** Twice as long each time, with jitter of a quarter: however chance has it, probes become rarer. */
function openMs(
  times: number,
  { initialMs, maxMs }: CircuitSettings,
  runtime: Pick<Runtime, 'random'>,
): number {
  const longest = Math.min(maxMs, initialMs * 2 ** (times - 1));
  return Math.round(longest * (0.75 + runtime.random() / 4));
}

/** The text under which a circuit is kept. */
export function circuitText({ targetSystem: _key, ...circuit }: Circuit): string {
  return JSON.stringify(circuit);
}

/** The circuit that a text keeps. */
export function readCircuit(targetSystem: string, text: string): Circuit {
  return { ...(JSON.parse(text) as Omit<Circuit, 'targetSystem'>), targetSystem };
}
