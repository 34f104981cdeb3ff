/** An open transaction, opaque to the engine. Passed to an audit store that has the same resource. */
export interface Transaction {
  readonly resource: object;

  /**
   * True while the change has not written through it, or tried to. Given by a target system whose transaction holds
   * only what a change puts into it by hand: what the change does there in any other way is not in it, so that an
   * empty one proves nothing.
   */
  isEmpty?(): boolean;
}
