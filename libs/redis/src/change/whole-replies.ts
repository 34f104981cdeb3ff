import { FlamingockError } from '@nestjs-flamingock/core';
import { overrideInherited } from '@nestjs-flamingock/core/adapter';
import type { Command } from 'ioredis';
import type { RedisClient } from '../connection/redis-client.js';
import { PipelineReplyError, TransactionDiscardedError } from '../redis.errors.js';

/** The change that the code which calls a client is part of, if any. */
type CurrentChange = () => { readonly changeId: string } | undefined;

type Method = (this: RedisClient, ...args: unknown[]) => unknown;
type Host = Record<'pipeline' | 'multi' | 'exec', Method>;

/** A pipeline or a transaction of ioredis. */
interface Batch {
  exec: (...args: unknown[]) => Promise<Replies>;
  /** All that it sends; of a transaction `MULTI` and `EXEC`, too. */
  readonly _queue?: readonly Command[];
}

/** One pair for each command, of an error or of null and an answer; null where a watched key was changed. */
type Replies = readonly (readonly [error: Error | null, answer?: unknown])[] | null;

/** What became of a batch. */
interface Sent {
  readonly changeId: string;
  readonly replies: Replies;
  /** Those that the replies are of, as far as they are known. */
  readonly commands: readonly Command[];
}

/**
 * Has `exec()` of a pipeline or a transaction reject inside a change where one of the replies is an error, which
 * ioredis hands over among the others, or where a watched key kept all of them away. One that is given a callback
 * hands the replies over as ever.
 *
 * @returns ends it
 */
export function rejectErrorReplies(client: RedisClient, current: CurrentChange): () => void {
  const restores = [
    override(client, 'pipeline', (result) => watch(result as Batch, 0, current)),
    override(client, 'multi', (result) => (isBatch(result) ? watch(result, 1, current) : result)),
    override(client, 'exec', (result, args) => {
      const change = typeof args[0] === 'function' ? undefined : current();
      return change ? whole(change.changeId, result as Promise<Replies>, () => []) : result;
    }),
  ];
  return () => restores.forEach((restore) => restore());
}

/** Objects that inherit from the client have the override, too, and remain the receiver of the original. */
function override(
  client: RedisClient,
  method: keyof Host,
  replace: (result: unknown, args: unknown[]) => unknown,
): () => void {
  return overrideInherited(
    client as unknown as Host,
    method,
    (original): Method =>
      function (...args) {
        return replace(original.apply(this, args), args);
      },
  );
}

/** False for `multi({ pipeline: false })`, which is a command like any other. */
function isBatch(result: unknown): result is Batch {
  return typeof (result as Partial<Batch>).exec === 'function';
}

/** `before`: how many commands of its queue come before the first that has a reply of its own. */
function watch(batch: Batch, before: number, current: CurrentChange): Batch {
  const exec = batch.exec.bind(batch);
  let isSent = false;
  batch.exec = (...args) => {
    const replies = exec(...args);
    // The end of a transaction within a pipeline, which is not sent yet.
    if ((replies as unknown) === batch) return replies;
    // On a Cluster ioredis calls it again, to send the batch to another node.
    const isAgain = isSent;
    isSent = true;
    const change = isAgain || typeof args[0] === 'function' ? undefined : current();
    return change ? whole(change.changeId, replies, () => batch._queue?.slice(before) ?? []) : replies;
  };
  return batch;
}

function whole(
  changeId: string,
  sent: Promise<Replies>,
  commands: () => readonly Command[],
): Promise<Replies> {
  return sent.then((answer) => assertWhole({ changeId, replies: answer, commands: commands() }));
}

function assertWhole({ changeId, replies, commands }: Sent): Replies {
  if (!replies) throw new TransactionDiscardedError(changeId);
  const failures = replies.map(failureOf);
  const index = failures.findIndex((failure) => failure !== undefined);
  const failure = failures[index];
  if (!failure) return replies;
  if (failure instanceof FlamingockError) throw failure;
  const place = `command ${index + 1} of ${replies.length}${named(failure, commands[index])}`;
  const count = failures.filter((one) => one !== undefined).length;
  throw new PipelineReplyError(changeId, { place, count, replies, cause: failure });
}

/** The error of a reply, or the first in it: a transaction within a pipeline has replies of its own. */
function failureOf([error, answer]: readonly [Error | null, unknown?]): Error | undefined {
  if (error) return error;
  return Array.isArray(answer) ? answer.find((one): one is Error => one instanceof Error) : undefined;
}

/** The command, and its key: its other words may be anything. */
function named(failure: Error & { command?: { name?: string } }, command: Command | undefined): string {
  const name = failure.command?.name ?? command?.name;
  if (name === undefined) return '';
  const key = command?.name === name ? command.getKeys()[0] : undefined;
  return `, ${[name.toUpperCase(), ...(key === undefined ? [] : [String(key)])].join(' ')},`;
}
