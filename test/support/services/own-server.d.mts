import type { ServerName } from './ask-keeper.mjs';

/** A server of one test's own, from installed programs, that can be killed and started again. */
export declare class OwnServer {
  /**
   * @param options `urls` of the servers that it needs; `environment` of its process; `parent`: the
   * folder in which it keeps its data, which is removed with it
   * @throws where the programs are not installed
   */
  static start(
    name: ServerName,
    options?: {
      readonly urls?: Readonly<Partial<Record<ServerName, string>>>;
      readonly environment?: Readonly<Record<string, string>>;
      readonly parent?: string;
    },
  ): Promise<OwnServer>;
  /** A standby of a PostgreSQL, asynchronous unless that one names it. */
  static standbyOf(primary: OwnServer): Promise<OwnServer>;
  readonly url: string;
  /** Ends it in good order; resolves once it has ended. */
  stop(): Promise<void>;
  /** Kills it; resolves once it has ended. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  startAgain(): Promise<void>;
  remove(): Promise<void>;
}
