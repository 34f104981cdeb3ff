/**
 * How much of a change is in its target system, as its `@Verify()` says.
 *
 * - `applied`: all of it. The change counts as executed.
 * - `not-applied`: nothing of it. The change is executed.
 * - `partial`: some of it. A person has to look.
 * - `unknown`: it cannot tell. A person has to look.
 */
export type Verdict = 'applied' | 'not-applied' | 'partial' | 'unknown';

/** Every verdict. */
export const VERDICTS = [
  'applied',
  'not-applied',
  'partial',
  'unknown',
] as const satisfies readonly Verdict[];

/** True for what a `@Verify()` may return. */
export function isVerdict(value: unknown): value is Verdict {
  return VERDICTS.some((verdict) => verdict === value);
}
