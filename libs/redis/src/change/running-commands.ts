import { ReadOnlyStatementError } from '@nestjs-flamingock/core';
import type { AdapterHost, ChangeStatements } from '@nestjs-flamingock/core/adapter';
import type { Command } from 'ioredis';
import {
  addressOf,
  type PipelineStream,
  type RedisClient,
  type SendCommand,
} from '../connection/redis-client.js';
import type { CommandTable } from '../connection/command-table.js';
import { RedisUnreachableError } from '../redis.errors.js';

/** Takes note of a command until it is answered. */
export function track(statements: ChangeStatements, command: Command): void {
  onceAnswered(command, statements.begin(command.name.toUpperCase()));
}

/** Calls `then` once a command has its answer. Its promise is not handled here: a failure that is not awaited has to surface. */
export function onceAnswered(command: Command, then: () => void): void {
  const { resolve, reject } = command;
  command.resolve = (answer) => {
    resolve(answer);
    then();
  };
  command.reject = (error) => {
    reject(error);
    then();
  };
}

/** Waits for commands that are on their way, and fails the change if there are any. */
export function sealCommands(
  client: RedisClient,
  statements: ChangeStatements,
  host: AdapterHost,
): Promise<void> {
  const hanging = (ms: number) =>
    new RedisUnreachableError(addressOf(client), `did not answer within ${ms} ms`);
  return statements.sealWithin(host, hanging);
}

/** Answers a command with a refusal. The change need not await it: the change fails with it, or it is reported. */
export function refuseCommand(command: Command, refusal: Error, stream: PipelineStream | undefined): unknown {
  command.promise.catch(() => undefined);
  command.reject(refusal);
  // A pipeline is sent once each of its commands has written something.
  stream?.write('');
  return command.promise;
}

/** How commands of a change without a transaction are sent: at once, and none after the end of the change. */
export function sendingAtOnce(
  send: SendCommand,
  statements: ChangeStatements,
  table: CommandTable | undefined,
): SendCommand {
  return (command, stream, node) => {
    try {
      statements.assertOpen(command.name.toUpperCase());
      if (table) assertReads(statements, command, table);
    } catch (refusal) {
      return refuseCommand(command, refusal as Error, stream);
    }
    track(statements, command);
    return send(command, stream, node);
  };
}

/** @throws ReadOnlyStatementError for a command that does more than read, where the change may only read. */
export function assertReads(
  statements: ChangeStatements,
  { name, args }: Command,
  table: CommandTable,
): void {
  if (!statements.mayOnlyRead || table.reads(name.toLowerCase(), args)) return;
  const remedy = 'Send commands that only read, such as GET, HGETALL and SCAN.';
  throw new ReadOnlyStatementError(statements.changeId, name.toUpperCase(), remedy);
}
