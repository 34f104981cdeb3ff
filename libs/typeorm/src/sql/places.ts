interface Waiting<P> {
  readonly wanted: readonly P[];
  readonly admit: (place: P) => void;
}

/** Has one user for each place at a time; the others wait in line. */
export class Places<P> {
  private readonly free: Set<P>;
  private readonly line: Waiting<P>[] = [];

  constructor(places: readonly P[]) {
    this.free = new Set(places);
  }

  /**
   * Resolves to one of the `wanted` places once it is free, to the first of them that is.
   *
   * @param first before all that wait already
   */
  async enter(wanted: readonly P[], first = false): Promise<P> {
    const found = wanted.find((place) => this.free.delete(place));
    if (found !== undefined) return found;
    return new Promise((admit) => {
      if (first) this.line.unshift({ wanted, admit });
      else this.line.push({ wanted, admit });
    });
  }

  /** Makes room for the next one. */
  leave(place: P): void {
    const index = this.line.findIndex(({ wanted }) => wanted.includes(place));
    const [next] = index < 0 ? [] : this.line.splice(index, 1);
    if (next) next.admit(place);
    else this.free.add(place);
  }
}
