/** Counts what happens in a schedule and, where asked, tells it line by line. */
export class Recorder {
  readonly counts = new Map<string, number>();
  readonly lines: string[] = [];

  /** @param isTelling False keeps no lines: most schedules are only counted. */
  constructor(
    private readonly now: () => number,
    private readonly isTelling: boolean,
  ) {}

  /** One more of a kind. */
  count(kind: string, by = 1): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + by);
  }

  /** One line about a process, or about the world around them all. */
  tell(who: string, what: () => string): void {
    if (this.isTelling)
      this.lines.push(`${this.now().toFixed(1).padStart(10)} ms  ${who.padEnd(12)} ${what()}`);
  }
}
