import {
  type AdapterHost,
  type ChangeRun,
  ChangeStatements,
  type ClientContext,
  type Handles,
  type HandleToken,
  type Marker,
  nodeHost,
  type TargetDiagnosis,
  type Transaction,
  type TransactionalTargetSystem,
  type TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import { Cluster, Redis, type ChainableCommander } from 'ioredis';
import { ChangeSession } from '../change/change-session.js';
import { clientReady } from '../connection/client-ready.js';
import { ClientScope } from '../change/client-scope.js';
import { refusingCommander } from '../change/command-collector.js';
import { commit } from './commit.js';
import { REDIS_TRANSACTION } from '../inject-redis-transaction.decorator.js';
import { objectionTo, versionOf } from './readiness.js';
import { addressOf, isCluster, type RedisClient } from '../connection/redis-client.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { hashTagOf, keysOf, type RedisKeys } from '../connection/redis-keys.js';
import { RedisLink } from '../connection/redis-link.js';
import { diagnose } from '../connection/diagnose.js';
import { isTransient } from '../connection/transient.js';
import { RedisMarkerStore } from './redis.marker-store.js';
import { sealCommands, sendingAtOnce } from '../change/running-commands.js';
import { RedisUnreachableError } from '../redis.errors.js';
import type { RedisSettings } from '../redis.options.js';

type Work = (handles: Handles, tx: Transaction) => Promise<void>;

/** The Redis of a client, altered in one atomic step per change. */
export class RedisTargetSystem implements TransactionalTargetSystem {
  readonly handleTokens: readonly HandleToken[];
  readonly databaseSystem = 'redis';
  readonly markers: RedisMarkerStore;
  private readonly keys: RedisKeys;
  private readonly link: RedisLink;
  private readonly scope: ClientScope;

  private readonly host: AdapterHost;

  constructor(
    readonly id: string,
    readonly resource: RedisClient,
    private readonly settings: RedisSettings,
    { token, host = nodeHost }: ClientContext = {},
  ) {
    this.host = host;
    const clientToken = isCluster(resource) ? Cluster : Redis;
    this.handleTokens = [...new Set([clientToken, REDIS_TRANSACTION, ...(token ? [token] : [])])];
    this.keys = keysOf(resource, settings);
    this.link = new RedisLink(resource, this.keys.markers, host);
    this.scope = ClientScope.of(resource);
    this.markers = new RedisMarkerStore(id, this.link, this.keys, settings, () => this.objection());
  }

  async checkTransactions(): Promise<string | undefined> {
    try {
      return await this.objection();
    } catch (error) {
      if (error instanceof RedisUnreachableError) return error.message;
      throw error;
    }
  }

  /**
   * @throws RedisUnreachableError before `work` is called; UnawaitedStatementsError where commands were on their way
   * when it returned, once they are answered.
   */
  async run(
    { changeId, readOnly }: ChangeRun,
    work: (handles: Handles) => Promise<void>,
    check?: () => void,
  ): Promise<void> {
    const { resource: client, scope, host } = this;
    // Ours fails at once and says why; theirs may try for ever.
    await this.link.connection();
    // What else it does not need, and costs a reply of some hundred kilobytes.
    const table = readOnly ? await this.link.commands() : undefined;
    await clientReady(client, host);
    scope.install(this);
    const statements = new ChangeStatements(changeId, check, readOnly);
    const handles = this.handles(client, refusingCommander(changeId, client));
    try {
      await scope.run({ changeId, send: sendingAtOnce(scope.send, statements, table) }, () => work(handles));
      await sealCommands(client, statements, host);
    } finally {
      statements.end();
    }
  }

  isTransient(error: unknown): boolean {
    return isTransient(error);
  }

  diagnose(error: unknown): TargetDiagnosis {
    return diagnose(error);
  }

  async serverVersion(): Promise<string | undefined> {
    return versionOf(await this.link.connection());
  }

  async transaction(change: ChangeRun, work: Work, marker?: Marker): Promise<TransactionOutcome> {
    const { keys, link, markers, settings } = this;
    try {
      const { session, connection, fence } = await this.begin(change, marker);
      await this.perform(session, connection, work);
      return await commit({ session, connection, fence, link, markers, keys, settings }, marker);
    } catch (error) {
      return { status: 'rolled-back', error };
    }
  }

  /** Takes the hook off the client, once nothing of a change can come any more, and ends the connection. */
  async close(): Promise<void> {
    this.scope.uninstall(this);
    await this.link.close();
  }

  private async begin({ changeId }: ChangeRun, marker: Marker | undefined) {
    const connection = await this.link.connection();
    const table = await this.link.commands();
    // Before anything of the change: connections made inside it would act in its name.
    await clientReady(this.resource, this.host);
    const raised = marker && (await this.markers.raiseFence(connection, marker, changeId));
    this.scope.install(this);
    const { resource: client, hashTag, host } = this;
    const session = new ChangeSession(changeId, {
      client,
      send: this.scope.send,
      connection,
      host,
      table,
      hashTag,
    });
    return { session, connection, fence: raised?.fence ?? '' };
  }

  private async perform(session: ChangeSession, connection: RedisConnection, work: Work): Promise<void> {
    const handles = this.handles(session.reader, session.collector.commander);
    const stopListening = connection.onEnd(() => this.reconnect(session));
    try {
      await this.scope.run(session, () =>
        work(handles, { resource: this.resource, isEmpty: () => session.isEmpty }),
      );
      await session.seal();
    } catch (error) {
      if (session.isWatching) connection.close();
      throw error;
    } finally {
      session.end();
      stopListening();
    }
  }

  /** A change goes on without its connection if there can be another: but what it watched is lost with the first. */
  private reconnect(session: ChangeSession): void {
    const next = session.isWatching
      ? Promise.reject(
          new RedisUnreachableError(addressOf(this.resource), 'closed the connection that watches keys'),
        )
      : this.link.connection();
    next.catch((error: unknown) => session.abort(error));
  }

  private async objection(): Promise<string | undefined> {
    if (isCluster(this.resource) && this.hashTag === undefined) {
      return (
        'on a Redis Cluster, a change and its marker need one hash tag. Give redisTargetSystem the option hashTag, ' +
        'and the keys of its transactional changes that tag; or declare these changes transactional: false.'
      );
    }
    return objectionTo(await this.link.connection(), await this.link.commands(), this.settings);
  }

  /** What all keys of a transaction must have, where they could be on several nodes. */
  private get hashTag(): string | undefined {
    return isCluster(this.resource) ? hashTagOf(this.keys.markers) : undefined;
  }

  private handles(client: RedisClient, commander: ChainableCommander): Handles {
    return new Map(
      this.handleTokens.map((token) => [token, token === REDIS_TRANSACTION ? commander : client]),
    );
  }
}
