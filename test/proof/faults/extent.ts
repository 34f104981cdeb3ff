/** `FAULTS=all` tries every case; otherwise one of some is tried. */
const ALL = process.env['FAULTS'] === 'all';

/**
 * Chooses, across all that it is asked, the cases that are to be tried: one of `stride`, which
 * should not divide the number of any kind of them, so that all kinds come.
 */
export function chooser(stride: number): <T>(cases: readonly T[]) => T[] {
  let seen = 0;
  return (cases) => cases.filter(() => seen++ % stride === 0 || ALL);
}
