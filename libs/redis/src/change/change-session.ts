import { ChangeStatements, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { Command } from 'ioredis';
import { CommandCollector, type Word } from './command-collector.js';
import type { CommandTable } from '../connection/command-table.js';
import type { PipelineStream, RedisClient, SendCommand } from '../connection/redis-client.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { onceAnswered, refuseCommand, sealCommands, track } from './running-commands.js';
import { hashTagOf } from '../connection/redis-keys.js';
import { KeyOutsideHashTagError, PlainWriteError } from '../redis.errors.js';

/** What a session works with. */
export interface SessionResources {
  readonly client: RedisClient;
  /** How the client sends a command, past every hook. */
  readonly send: SendCommand;
  /** On which the commit runs, and so the one on which keys are watched. */
  readonly connection: RedisConnection;
  readonly host: AdapterHost;
  readonly table: CommandTable;
  /** What all keys must have on a Cluster; undefined elsewhere. */
  readonly hashTag: string | undefined;
}

/** One execution of a change: reads what is there, collects what is to be written. */
export class ChangeSession {
  readonly collector: CommandCollector;
  /** The client as the change is given it. */
  readonly reader: RedisClient;
  private readonly running = new Set<Command>();
  private firstRefusal: Error | undefined;
  private watches = false;
  private readonly statements: ChangeStatements;

  constructor(
    readonly changeId: string,
    private readonly resources: SessionResources,
  ) {
    const { client, table, hashTag } = resources;
    this.statements = new ChangeStatements(changeId);
    this.collector = new CommandCollector(changeId, client, table, hashTag, this.statements);
    this.reader = this.readerOf(client);
  }

  /** True while it has written nothing, nor tried to. */
  get isEmpty(): boolean {
    return !this.statements.haveWritten;
  }

  /** True while the connection watches keys for this change. */
  get isWatching(): boolean {
    return this.watches;
  }

  /** Sends a command of the change if it only reads; what was refused fails the change, too. */
  readonly send: SendCommand = (command, stream, node) => {
    const refusal = this.refusalOf(command);
    if (refusal) return this.refuse(command, refusal, stream);
    track(this.statements, command);
    if (/^(un)?watch$/i.test(command.name)) return this.watch(command);
    this.running.add(command);
    onceAnswered(command, () => this.running.delete(command));
    return this.resources.send(command, stream, node);
  };

  /** Fails the reads that wait for a server that is gone. */
  abort(error: unknown): void {
    for (const command of this.running) command.reject(error as Error);
  }

  /**
   * Ends the change.
   *
   * @throws PlainWriteError, KeyOutsideHashTagError if a command was refused, whether or not the
   * change took notice; UnawaitedStatementsError where reads were on their way, once they have ended.
   */
  async seal(): Promise<void> {
    if (this.firstRefusal) throw this.firstRefusal;
    await sealCommands(this.resources.client, this.statements, this.resources.host);
  }

  /** Refuses every later command. */
  end(): void {
    this.statements.end();
  }

  private refusalOf({ name, args }: Command): Error | undefined {
    const [lower, upper] = [name.toLowerCase(), name.toUpperCase()];
    if (this.statements.haveEnded) return this.statements.refusal(upper);
    if (lower === 'unwatch') return undefined;
    if (lower === 'watch') return this.outsideTag(args as Word[]);
    if (this.resources.table.reads(lower, args)) return undefined;
    return new PlainWriteError(this.changeId, upper);
  }

  private outsideTag(keys: readonly Word[]): Error | undefined {
    const { hashTag } = this.resources;
    const outside = hashTag === undefined ? undefined : keys.find((key) => hashTagOf(key) !== hashTag);
    if (hashTag === undefined || outside === undefined) return undefined;
    return new KeyOutsideHashTagError(this.changeId, 'WATCH', outside.toString(), hashTag);
  }

  private refuse(command: Command, refusal: Error, stream: PipelineStream | undefined): unknown {
    this.statements.noteWrite();
    if (!this.statements.haveEnded) this.firstRefusal ??= refusal;
    return refuseCommand(command, refusal, stream);
  }

  private watch(command: Command): unknown {
    const { name, args } = command;
    this.watches = true;
    this.resources.connection
      .call(name, args as Word[])
      .then((answer) => command.resolve(answer))
      .catch((error: unknown) => command.reject(error as Error));
    return command.promise;
  }

  /** Inherits everything from the client but the way its commands take. */
  private readerOf(client: RedisClient): RedisClient {
    const options = { ...client.options, enableAutoPipelining: false };
    const own = { sendCommand: { value: this.send }, options: { value: options } };
    return Object.create(client, own) as RedisClient;
  }
}
