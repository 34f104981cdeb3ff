import { FlamingockError } from '../errors/flamingock.error.js';
import type { Runtime } from './runtime.js';
import { withinTime } from './within-time.js';

/** A database or service that is connected and says nothing. */
export class NoAnswerError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NO_ANSWER';

  constructor(readonly waitedMs: number) {
    super(
      `there was no answer within ${waitedMs} ms. If it is only slow, raise timeouts.answerMs ` +
        '(FLAMINGOCK_ANSWER_TIMEOUT_MS)',
    );
  }
}

/** How long one answer may take: a connection can stay open whose other end is gone, and then nothing ever comes. */
export class AnswerTimeout {
  constructor(
    private readonly ms: number,
    private readonly runtime: Pick<Runtime, 'timer'>,
  ) {}

  /** @throws what `late` makes of the silence; what `work` does then is not waited for. */
  within<T>(work: Promise<T>, late: (cause: NoAnswerError) => Error = (cause) => cause): Promise<T> {
    return withinTime(this.ms, work, () => late(new NoAnswerError(this.ms)), this.runtime);
  }

  /** Calls `late` on timeout. Returns the function that cancels the timer. */
  watch(late: (cause: NoAnswerError) => void): () => void {
    return this.runtime.timer(this.ms, () => late(new NoAnswerError(this.ms)));
  }
}
