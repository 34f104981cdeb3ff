import type { ChangeStatements } from '@nestjs-flamingock/core/adapter';
import type { ChainableCommander, Command, Pipeline } from 'ioredis';
import { assertReads } from './running-commands.js';
import type { CommandTable } from '../connection/command-table.js';
import type { RedisClient } from '../connection/redis-client.js';
import { hashTagOf } from '../connection/redis-keys.js';
import {
  CollectorExecError,
  CommandNotCollectableError,
  CommandTooLongError,
  KeyOutsideHashTagError,
  NotInTransactionError,
} from '../redis.errors.js';

/** Words of one command. Lua keeps all of them on its stack, which has room for 8,000 values. */
const MAX_COMMAND_WORDS = 7_900;

/** Words of a script call. Before Redis 7 a request has at most 1,048,576. */
const MAX_WORDS = 1_000_000;

/** A word of a command, as it is sent. */
export type Word = string | Buffer;

/** The commands of one change, in the order in which it gave them. */
export class CommandCollector {
  /** What the change is given: ioredis' own chainable methods, which also turn arguments into words. */
  readonly commander: ChainableCommander;
  private readonly commands: Word[][] = [];
  private readonly keysSeen = new Map<string, Word>();
  private wordCount = 0;

  /** `hashTag`: what all keys must have on a Cluster; undefined elsewhere. */
  constructor(
    private readonly changeId: string,
    client: RedisClient,
    private readonly table: CommandTable,
    private readonly hashTag: string | undefined,
    private readonly statements: ChangeStatements,
  ) {
    this.commander = commander(changeId, client, (command) => this.collect(command));
  }

  /** The distinct keys of all commands, as far as they are known. */
  get keys(): readonly Word[] {
    return [...this.keysSeen.values()];
  }

  /** The number of commands; then for each the number of its words, and these. */
  get words(): readonly Word[] {
    const commands = this.commands.flatMap((words) => [String(words.length), ...words]);
    return [String(this.commands.length), ...commands];
  }

  /** @throws ChangeEndedError once the change has ended; an error that names command and remedy. */
  private collect(command: Command): void {
    const name = command.name.toLowerCase();
    this.statements.assertOpen(upper(name));
    assertReads(this.statements, command, this.table);
    this.statements.noteWrite();
    const args = command.args as Word[];
    const objection = this.table.objection(name, args);
    if (objection !== undefined) throw new CommandNotCollectableError(this.changeId, upper(name), objection);
    const known = command.getKeys() as Word[];
    const keys = known.length > 0 ? known : this.table.keysIn(name, args);
    this.checkLength(name, args.length + 1, keys.length);
    this.checkKeys(name, keys);
    for (const key of keys) this.keysSeen.set(Buffer.from(key as string).toString('latin1'), key);
    this.wordCount += args.length + 2 + keys.length;
    this.commands.push([name, ...args]);
  }

  private checkLength(name: string, words: number, keys: number): void {
    const tooLong = (limit: number, scope: 'command' | 'transaction') =>
      new CommandTooLongError(this.changeId, upper(name), limit, scope);
    if (words > MAX_COMMAND_WORDS) throw tooLong(MAX_COMMAND_WORDS, 'command');
    if (this.wordCount + words + 1 + keys > MAX_WORDS) throw tooLong(MAX_WORDS, 'transaction');
  }

  private checkKeys(name: string, keys: readonly Word[]): void {
    const { changeId, hashTag } = this;
    if (hashTag === undefined || (keys.length === 0 && name === 'publish')) return;
    const outside = (key: Word | undefined) =>
      new KeyOutsideHashTagError(changeId, upper(name), key?.toString(), hashTag);
    if (keys.length === 0) throw outside(undefined);
    for (const key of keys) if (hashTagOf(key) !== hashTag) throw outside(key);
  }
}

/** What stands in for the collector in a change without a transaction: it refuses every command. */
export function refusingCommander(changeId: string, client: RedisClient): ChainableCommander {
  return commander(changeId, client, () => {
    throw new NotInTransactionError(changeId);
  });
}

/** A pipeline of the client, and so with its prefix and its own commands, that sends nothing. */
function commander(
  changeId: string,
  client: RedisClient,
  collect: (command: Command) => void,
): ChainableCommander {
  const pipeline = client.pipeline() as unknown as Pipeline;
  const queue = pipeline.sendCommand.bind(pipeline);
  const refuse = (method: string) => () => {
    throw new CollectorExecError(changeId, method);
  };
  Object.assign(pipeline, {
    sendCommand(command: Command): unknown {
      collect(command);
      return queue(command);
    },
    exec: refuse('exec'),
    execBuffer: refuse('execBuffer'),
    multi: refuse('multi'),
  });
  return pipeline;
}

function upper(name: string): string {
  return name.toUpperCase();
}
