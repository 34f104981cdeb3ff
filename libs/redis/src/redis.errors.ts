import { FlamingockError } from '@nestjs-flamingock/core';

/** An option of `redisTargetSystem` has a value that cannot work. */
export class RedisOptionsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_REDIS_OPTIONS';

  constructor(
    readonly option: string,
    value: unknown,
    expected: string,
  ) {
    super(`Option "${option}" of redisTargetSystem is ${JSON.stringify(value)}. Give it ${expected}.`);
  }
}

/** The server does not answer. It may a moment later. */
export class RedisUnreachableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_REDIS_UNREACHABLE';
  override readonly isTransient = true;

  constructor(
    /** Host and port, or path of the socket. */
    readonly address: string,
    problem: string,
    cause?: unknown,
  ) {
    super(
      `Redis at ${address} ${problem}. Check that it is up, that this host reaches it, and the address, ` +
        'password and TLS options of the ioredis client.',
      { cause },
    );
  }
}

/** A command that writes was sent through the plain client in a transactional change. It did not run. */
export class PlainWriteError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_PLAIN_WRITE';

  constructor(
    readonly changeId: string,
    /** In upper case. */
    readonly command: string,
  ) {
    super(
      `${command} does not only read, and was sent through the plain Redis client in the transactional change ` +
        `"${changeId}", where it would take effect at once and stay after a failure. It did not run. Collect it ` +
        'with the parameter `@InjectRedisTransaction() tx: ChainableCommander`, or declare the change transactional: false.',
    );
  }
}

/** A command cannot be part of a transaction. It was not collected. */
export class CommandNotCollectableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_COMMAND_NOT_COLLECTABLE';

  constructor(
    readonly changeId: string,
    /** In upper case. */
    readonly command: string,
    why: string,
  ) {
    super(
      `${command} cannot be part of the transaction of change "${changeId}": ${why}. Do without it, or declare ` +
        'the change transactional: false.',
    );
  }
}

/** A command, or all commands of a transaction, have more arguments than one script can pass on. */
export class CommandTooLongError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_COMMAND_TOO_LONG';

  constructor(
    readonly changeId: string,
    /** In upper case. */
    readonly command: string,
    readonly limit: number,
    scope: 'command' | 'transaction',
  ) {
    const remedy =
      scope === 'command'
        ? 'Collect several commands with fewer arguments each; they take effect together all the same.'
        : 'Split the change into several.';
    super(
      `With this ${command}, a ${scope} of change "${changeId}" has more than ${limit} arguments. ${remedy}`,
    );
  }
}

/** A key of a transactional change may lie on another node of the Cluster than its marker. */
export class KeyOutsideHashTagError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_KEY_OUTSIDE_HASH_TAG';

  constructor(
    readonly changeId: string,
    /** In upper case. */
    readonly command: string,
    /** Undefined for a command without a key. */
    readonly key: string | undefined,
    readonly hashTag: string,
  ) {
    const what = key === undefined ? 'has no key' : `has the key "${key}"`;
    super(
      `${command} ${what}, but on a Redis Cluster every command of the transactional change "${changeId}" needs ` +
        `keys with the hash tag {${hashTag}}, where its marker is. Name the keys so, give redisTargetSystem ` +
        'their hashTag, or declare the change transactional: false.',
    );
  }
}

/** A change tried to execute its transaction itself. */
export class CollectorExecError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_COLLECTOR_EXEC';

  constructor(
    readonly changeId: string,
    readonly method: string,
  ) {
    super(
      `${method}() was called on the transaction of change "${changeId}", which is executed when the change ` +
        'ends, together with its marker. Leave the call out; collected commands have no replies to wait for.',
    );
  }
}

/** The collector was used in a change that has no transaction. */
export class NotInTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NOT_IN_TRANSACTION';

  constructor(readonly changeId: string) {
    super(
      `Change "${changeId}" is not transactional, so nothing would execute what it collects. Use the Redis ` +
        'client itself, or declare the change transactional: true.',
    );
  }
}

/** A reply to a command of a pipeline, or of a transaction of its own, is an error, which ioredis does not reject for. */
export class PipelineReplyError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_PIPELINE_REPLY';
  /** As ioredis hands them over: one pair for each command, of an error or of null and an answer. */
  readonly replies: readonly unknown[];

  constructor(
    readonly changeId: string,
    { place, count, replies, cause }: PipelineReplies,
  ) {
    super(
      `exec() in change "${changeId}": ${place} failed: ${cause.message}${count > 1 ? `, and ${count - 1} more` : ''}. ` +
        'The commands that did not fail took effect. ioredis puts the error of a command among the replies, where ' +
        'it is easily missed; inside a change, exec() rejects. Fix the command; or look at the replies yourself: ' +
        'await batch.exec().catch((error) => error.replies ?? Promise.reject(error)).',
      { cause },
    );
    this.replies = replies;
    this.hide('replies');
  }
}

/** What a {@link PipelineReplyError} tells. */
export interface PipelineReplies {
  /** Which command failed first, in words. */
  readonly place: string;
  /** How many failed. */
  readonly count: number;
  readonly replies: readonly unknown[];
  readonly cause: Error;
}

/** A transaction that the change executed itself did not run, because a key that it watches was changed. */
export class TransactionDiscardedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTION_DISCARDED';

  constructor(readonly changeId: string) {
    super(
      `exec() in change "${changeId}" ran nothing: a key that it watches was changed after it was read. Read and ` +
        'collect again in a loop that catches this error, or apply the change while nothing else writes these keys.',
    );
  }
}

/** The first command of a transaction failed, so that nothing took effect. */
export class CommandFailedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_COMMAND_FAILED';

  constructor(
    readonly changeId: string,
    /** Which command, and what the server said. */
    readonly detail: string,
  ) {
    super(`Nothing of change "${changeId}" took effect: ${detail}. Fix the command, then start again.`);
  }
}

/** A key that a change watches was changed by another client. */
export class WatchedKeyChangedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_WATCHED_KEY_CHANGED';
  override readonly isTransient = true;

  constructor(readonly changeId: string) {
    super(
      `A key that change "${changeId}" watches was changed after it was read, so nothing of the change took ` +
        'effect. Start again; should that repeat, apply it while nothing else writes these keys.',
    );
  }
}

/** A commit took effect, and too few servers have confirmed it. They may a moment later. */
export class NotAcknowledgedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NOT_ACKNOWLEDGED';
  override readonly isTransient = true;

  constructor(
    /** The option that asks for it. */
    readonly option: 'waitReplicas' | 'waitAof',
    readonly wanted: number,
    readonly timeoutMs: number,
    got: string,
  ) {
    super(
      `The commit is on the primary, but not on what ${option} asks for within ${timeoutMs} ms: ${got}. Bring ` +
        'the replicas back or lower the option.',
    );
  }
}
