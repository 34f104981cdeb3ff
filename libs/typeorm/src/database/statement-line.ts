import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose statement is being run. One for all: before Node 24 each one that is in use slows every promise down. */
const turn = new AsyncLocalStorage<object>();
let turns = 0;

/**
 * Runs the statements of a transaction one by one, however they are issued: drivers give up queueing them,
 * and after an error that ends the transaction none may follow.
 */
export class StatementLine {
  private last: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  /** True for what comes of a statement that is being run: it is part of it, and must not wait for it. */
  get hasTurn(): boolean {
    return turn.getStore() === this;
  }

  /**
   * Runs a statement once those before it have ended.
   *
   * @throws what `refusal` makes, once the line is closed
   */
  run<T>(statement: () => Promise<T>, refusal: () => Error): Promise<T> {
    const mine = this.last.then(() => {
      if (this.isClosed) throw refusal();
      return this.takeTurn(statement);
    });
    this.last = mine.catch(() => undefined);
    return mine;
  }

  /** Lets no further statement run. Resolves once the one that runs has ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.last;
  }

  private async takeTurn<T>(statement: () => Promise<T>): Promise<T> {
    turns += 1;
    try {
      return await turn.run(this, statement);
    } finally {
      turns -= 1;
      if (turns === 0) turn.disable();
    }
  }
}
