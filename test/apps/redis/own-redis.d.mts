/** A Redis of one test's own, from installed programs, with settings that others must not meet. */
export declare class OwnRedis {
  /**
   * `settings`: directives of redis.conf.
   *
   * @throws where the programs are not installed
   */
  static start(settings?: Readonly<Record<string, string | number>>): Promise<OwnRedis>;
  readonly url: string;
  readonly port: number;
  /** Starts it again with the same settings, on what it has on disk. */
  startAgain(): Promise<void>;
  /** Resolves once it has ended. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}
