import { FlamingockError } from '../errors/flamingock.error.js';
import type { Limits } from './limits.js';
import type { Runtime } from './runtime.js';
import { withinTime } from './within-time.js';

/** A database or service that is connected and says nothing. */
export class NoAnswerError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NO_ANSWER';

  constructor(
    readonly waitedMs: number,
    limit: 'answer' | 'commit' = 'answer',
  ) {
    super(
      `there was no answer within ${waitedMs} ms. If it is only slow, raise timeouts.${limit}Ms ` +
        `(FLAMINGOCK_${limit.toUpperCase()}_TIMEOUT_MS)`,
    );
  }
}

/** How long one answer may take, and the end of a transaction: a connection can stay open whose other end is gone, and then nothing ever comes. */
export class AnswerTimeout {
  constructor(
    private readonly limits: Pick<Limits, 'answerMs' | 'commitMs'>,
    private readonly runtime: Pick<Runtime, 'timer'>,
  ) {}

  /** @throws what `late` makes of the silence; what `work` does then is not waited for. */
  within<T>(work: Promise<T>, late: (cause: NoAnswerError) => Error = (cause) => cause): Promise<T> {
    const { answerMs } = this.limits;
    return withinTime(answerMs, work, () => late(new NoAnswerError(answerMs)), this.runtime);
  }

  /** Calls `late` where a transaction does not begin in time, unless the function that it returns is called before. */
  watchBeginning(late: (cause: NoAnswerError) => void): () => void {
    const { answerMs } = this.limits;
    return this.runtime.timer(answerMs, () => late(new NoAnswerError(answerMs)));
  }

  /** Calls `late` where a transaction does not end in time, unless the function that it returns is called before. */
  watchEnd(late: (cause: NoAnswerError) => void): () => void {
    const { commitMs } = this.limits;
    return this.runtime.timer(commitMs, () => late(new NoAnswerError(commitMs, 'commit')));
  }
}
