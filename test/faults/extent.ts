/**
 * `FAULTS=all` tries every case. Otherwise one of so many is tried: no divisor of the sizes
 * of what is tried, so that cases of every kind come.
 */
const EVERY = process.env['FAULTS'] === 'all' ? 1 : 23;

/** Chooses, across all that it is asked, the cases that are to be tried. */
export function chooser(): <T>(cases: readonly T[]) => T[] {
  let seen = 0;
  return (cases) => cases.filter(() => seen++ % EVERY === 0);
}
