import { withinTime, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { DataSource, QueryRunner } from 'typeorm';
import { PoolExhaustedError } from '../../pool.errors.js';
import { ConnectionHangsError } from '../../typeorm.errors.js';
import { bounded } from '../bounded.js';
import { discard, releaseRunner, hasConnection, isUsable } from '../connection.js';
import { isServerError } from '../driver-error.js';
import { Places } from '../../sql/places.js';
import { openRunner } from '../query-runner.js';
import type { Server } from '../server.js';

/** How a borrower of a connection is served. */
export interface Service {
  /** How long it may take to answer, in milliseconds. @default the limit of the host */
  readonly answerMs?: number | undefined;
  /** Before all that wait already. */
  readonly first?: boolean;
}

type Place = 'own' | 'other';

/** How many we use of a pool: one for the run, one for the heartbeat. */
export const CONNECTIONS = 2;

/**
 * The two connections that we use of a DataSource's pool at most. While a lock is held, one of
 * them stays ours between two statements: what the application, or a change, does with the rest
 * of the pool cannot keep the lock from being renewed. Transactions leave it to short statements.
 */
export class PooledConnections {
  private readonly places = new Places<Place>(['own', 'other']);
  /** What ends the timer of each. */
  private readonly holders = new Map<string, () => void>();
  /** Our own connection while no statement uses it. */
  private kept: QueryRunner | undefined;
  private sharers = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly server: Server,
    private readonly host: AdapterHost,
  ) {}

  /** Keeps a connection for a holder until {@link end}, or for so long: a process may fail to come to an end. */
  keep(holder: string, ms: number): void {
    this.holders.get(holder)?.();
    this.holders.set(
      holder,
      this.host.runtime.timer(ms, () => void this.end(holder), 'idle'),
    );
  }

  /** Releases the connection to the pool, unless another holder needs it. */
  async end(holder: string): Promise<void> {
    this.holders.get(holder)?.();
    this.holders.delete(holder);
    if (this.holders.size === 0) await this.releaseKept();
  }

  /**
   * Calls `work`, which takes connections of the pool as it likes: in a pool that has but one
   * besides ours, it may need both at a time.
   *
   * @throws PoolExhaustedError before it is called, when the pool has none left for it.
   */
  async share<T>(work: () => Promise<T>): Promise<T> {
    const isShared = this.server.poolSize(this.dataSource) <= CONNECTIONS;
    if (isShared) this.sharers += 1;
    try {
      if (isShared) await this.releaseKept();
      await releaseRunner(await this.open());
      return await work();
    } finally {
      if (isShared) this.sharers -= 1;
    }
  }

  /** Calls `use` with a runner outside any transaction, and takes it back. */
  async lend<T>(
    use: (runner: QueryRunner) => Promise<T>,
    { answerMs = this.host.limits.answerMs, first = false }: Service = {},
  ): Promise<T> {
    const place = await this.places.enter(['own', 'other'], first);
    const kept = place === 'own' ? await this.takeKept() : undefined;
    const runner = kept ?? this.openAt(place);
    try {
      return await bounded(
        this.host,
        answerMs,
        this.connect(runner, answerMs).then(() => use(runner)),
      );
    } catch (error) {
      // Without an answer the connection may be lost, or still be busy with the statement.
      if (!isServerError(error)) await discard(runner, error);
      throw error;
    } finally {
      await this.keepOrRelease(place, runner);
    }
  }

  /** Takes the place of a transaction. Resolves to the function that makes room for the next one. */
  async enter(): Promise<() => void> {
    const place = await this.places.enter(['other']);
    return () => this.places.leave(place);
  }

  /**
   * A runner for a transaction, connected.
   *
   * @throws PoolExhaustedError when the application gives no connection back.
   */
  async open(): Promise<QueryRunner> {
    const runner = openRunner(this.dataSource);
    const { answerMs } = this.host.limits;
    try {
      await bounded(this.host, answerMs, this.connect(runner, answerMs));
      return runner;
    } catch (error) {
      await releaseRunner(runner);
      throw error;
    }
  }

  private openAt(place: Place): QueryRunner {
    try {
      return openRunner(this.dataSource);
    } catch (error) {
      this.places.leave(place);
      throw error;
    }
  }

  private async takeKept(): Promise<QueryRunner | undefined> {
    const { kept } = this;
    this.kept = undefined;
    if (!kept || isUsable(kept)) return kept;
    await discard(kept, 'it is broken').catch(() => undefined);
    return undefined;
  }

  private async releaseKept(): Promise<void> {
    const kept = await this.takeKept();
    if (kept) await releaseRunner(kept);
  }

  private async keepOrRelease(place: Place, runner: QueryRunner): Promise<void> {
    const isOurs = place === 'own' && this.holders.size > 0 && this.sharers === 0;
    if (isOurs && isUsable(runner)) this.kept = runner;
    else await releaseRunner(runner);
    this.places.leave(place);
  }

  private async connect(runner: QueryRunner, atMostMs: number): Promise<void> {
    if (hasConnection(runner)) return;
    const connecting = runner.connect();
    const { limits, runtime } = this.host;
    // An exhausted pool is told of before the answer is late.
    const patienceMs = Math.min(atMostMs, limits.answerMs / 2);
    try {
      await withinTime(patienceMs, connecting, () => new ConnectionHangsError(patienceMs), runtime);
    } catch (error) {
      const { dataSource, server } = this;
      const size = server.poolSize(dataSource);
      if (server.connectionsInUse(dataSource) >= size) {
        throw new PoolExhaustedError(dataSource, size, server.poolSetting, error);
      }
      // The driver has its own limit for the time to open a connection.
      await connecting;
    }
  }
}
