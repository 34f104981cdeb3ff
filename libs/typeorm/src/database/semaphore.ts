/** Lets so many in at a time, and the others wait in line. */
export class Semaphore {
  private readonly line: (() => void)[] = [];

  constructor(private free: number) {}

  /** True if anybody waits in line. */
  get isAwaited(): boolean {
    return this.line.length > 0;
  }

  /** Resolves once there is room; what it gives makes room for the next one, once. */
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
