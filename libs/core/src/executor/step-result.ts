import { MAX_RECORD_VALUE } from '../records/record-store.js';
import { StepResultError } from './step.errors.js';

/** Longest result of a step as JSON, in characters. */
export const MAX_STEP_RESULT = 65_536;

/**
 * What a step returned, as it is recorded and given again: a copy. Properties without a value are left out.
 *
 * @throws StepResultError for what is no JSON, naming where, and for what is too large.
 */
export function stepResult<T>(changeId: string, step: string, returned: T): T {
  if (returned === undefined) return returned;
  const fault = jsonFault(returned, 'result', new Set());
  if (fault !== undefined) throw new StepResultError(changeId, step, fault);
  const text = JSON.stringify(returned);
  if (text.length > MAX_STEP_RESULT) {
    const problem = `it has ${text.length} characters as JSON, and a step keeps ${MAX_STEP_RESULT}`;
    throw new StepResultError(changeId, step, problem);
  }
  return JSON.parse(text) as T;
}

/** @throws StepResultError where the results of all steps together are larger than stores keep. */
export function assertStepsFit(changeId: string, step: string, text: string): void {
  if (text.length <= MAX_RECORD_VALUE) return;
  const problem = `the steps of the change have ${text.length} characters together, and stores keep ${MAX_RECORD_VALUE}`;
  throw new StepResultError(changeId, step, problem);
}

/** What is no JSON, and where; `undefined` where all of it is. */
function jsonFault(value: unknown, path: string, around: ReadonlySet<unknown>): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (typeof value !== 'object') return `${path} is ${kindOf(value)}`;
  if (around.has(value)) return `${path} contains itself`;
  const within = new Set(around).add(value);
  if (Array.isArray(value)) return firstFault([...value.entries()], (key) => `${path}[${key}]`, within);
  if (!isPlain(value)) return `${path} is an object of class ${classOf(value)}`;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return firstFault(entries, (key) => `${path}.${key}`, within);
}

function firstFault<K>(
  entries: readonly (readonly [K, unknown])[],
  pathOf: (key: K) => string,
  within: ReadonlySet<unknown>,
): string | undefined {
  for (const [key, value] of entries) {
    const fault = jsonFault(value, pathOf(key), within);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === null || Object.getPrototypeOf(prototype) === null) && !('toJSON' in value);
}

function classOf(value: object): string {
  return (value.constructor as { name?: string } | undefined)?.name ?? 'unknown';
}

function kindOf(value: unknown): string {
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}
