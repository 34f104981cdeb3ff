import type { Runtime } from './runtime.js';
import { inTimeOr } from './within-time.js';

/** An answer that many ask for, and that is asked for at most once within a time: a probe, a metric that is collected. */
export class SharedAnswer<T> {
  private last: { readonly askedAt: number; readonly answer: Promise<T>; isThere: boolean } | undefined;

  /** @param freshMs Milliseconds, from the question, for which an answer is given again. */
  constructor(
    private readonly ask: () => Promise<T>,
    private readonly freshMs: number,
    private readonly runtime: Pick<Runtime, 'monotonicMs' | 'timer'>,
  ) {}

  /** The answer, or the failure, of the question that is on its way or was put within that time; else of a new one. */
  get(): Promise<T> {
    const now = this.runtime.monotonicMs();
    const { last } = this;
    if (last && (!last.isThere || now - last.askedAt < this.freshMs)) return last.answer;
    const asked = { askedAt: now, answer: this.ask(), isThere: false };
    const arrived = (): void => void (asked.isThere = true);
    asked.answer.then(arrived, arrived);
    this.last = asked;
    return asked.answer;
  }

  /** The same, or `undefined` where it is not there after `ms` milliseconds. It stays on its way. */
  within(ms: number): Promise<T | undefined> {
    return inTimeOr<T | undefined>(ms, this.get(), (resolve) => resolve(undefined), this.runtime);
  }
}
