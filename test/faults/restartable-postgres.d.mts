/** A PostgreSQL of one test's own, from installed programs, that can be stopped and started again. */
export declare class RestartablePostgres {
  /** @throws where the programs are not installed */
  static start(): Promise<RestartablePostgres>;
  readonly url: string;
  /** Cuts every session and ends the server; resolves once it has ended. */
  stop(): Promise<void>;
  /** Starts the server again on the same data and port. */
  startAgain(): Promise<void>;
  remove(): Promise<void>;
}
