/** What is done about failures that more starts, or a target system that is away, would only repeat. */
export interface ResilienceSettings {
  /** Changes that are not to be executed yet: those that starts try again, and those whose target system is left alone. */
  readonly backOff?: {
    /**
     * Longest time, in milliseconds, that a start waits for such a change before it ends with `NotYetError`, or leaves
     * the rest of its stage out where `onIssue` is `skip`. 0: it never waits.
     *
     * @default 30_000
     */
    readonly waitMs?: number;
  };
  /**
   * A target system that fails again and again is left alone for a while by all instances, its changes wait, and those
   * of other target systems go on; then one instance finds out with one change whether it is back. What a change fails of by
   * its own logic does not count. False: never.
   */
  readonly circuit?:
    | {
        /**
         * How many failures in a row open the circuit.
         *
         * @default 5
         */
        readonly failures?: number;
        /**
         * How long it is open at first, in milliseconds; twice as long each time.
         *
         * @default 30_000
         */
        readonly initialMs?: number;
        /**
         * How long it is open at most, in milliseconds.
         *
         * @default 300_000
         */
        readonly maxMs?: number;
      }
    | false;
}
