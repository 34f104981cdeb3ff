/** Admits a bounded number at a time; the others wait in line. */
export class Semaphore {
  private readonly line: (() => void)[] = [];

  constructor(private free: number) {}

  /** True while a caller waits in line. */
  get isAwaited(): boolean {
    return this.line.length > 0;
  }

  /** Resolves once there is room, to the function that leaves: its first call makes room for the next caller. */
  async enter(): Promise<() => void> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((admitted) => this.line.push(admitted));
    let inside = true;
    return () => {
      if (inside) this.leave();
      inside = false;
    };
  }

  private leave(): void {
    const next = this.line.shift();
    if (next) next();
    else this.free += 1;
  }
}
