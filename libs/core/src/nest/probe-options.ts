/** Where and for how long a start can be watched over HTTP. Variables win where code says nothing. */
export interface ProbeSettings {
  /** The port; 0 is any that is free, which the log tells. May be the application's own, which opens after it. */
  readonly port?: number;
  /**
   * The address that it listens on. Probes of Kubernetes come from outside of the pod's loopback: `0.0.0.0`.
   *
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * False: it closes when the application is about to serve. True: it stays open as long as the application, and is
   * ready once that serves.
   *
   * @default false
   */
  readonly keepOpen?: boolean;
  /**
   * What a port that cannot be opened does. False: a warning, and a start without probe. True: no start.
   *
   * @default false
   */
  readonly required?: boolean;
}
