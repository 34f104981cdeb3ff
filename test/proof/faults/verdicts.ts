import type { Trial } from './trial.js';

/** Keeps what was tried in a file of tests, and prints it as a table at its end. */
export class Verdicts {
  private readonly rows: string[] = [];

  constructor() {
    afterAll(() => {
      const head = 'what | where | tries | applied at once | ended with | manual checks | faults';
      process.stdout.write([head, ...this.rows, ''].join('\n'));
    });
  }

  /** Takes note of what was tried in one place. @throws where something was not as it has to be */
  expectRight(where: string, trials: readonly Trial[]): void {
    const kinds = new Set(trials.map(({ what }) => what));
    for (const kind of kinds) {
      const ofKind = trials.filter(({ what }) => what === kind);
      this.rows.push([kind, where, ...summary(ofKind)].join(' | '));
    }
    expect(trials.filter(isFaulty)).toEqual([]);
    expect(trials.length).toBeGreaterThan(0);
  }
}

function summary(trials: readonly Trial[]): (string | number)[] {
  const applied = trials.filter(({ end }) => end === 'applied').length;
  const errors = [...new Set(trials.map(({ end }) => end))].filter((end) => end !== 'applied');
  const people = trials.filter(({ neededPerson }) => neededPerson).length;
  return [trials.length, applied, errors.sort().join(', ') || '-', people, trials.filter(isFaulty).length];
}

function isFaulty({ faults }: Trial): boolean {
  return faults.length > 0;
}
