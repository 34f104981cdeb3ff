import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose statement is being run. One for all: before Node 24 each one that is in use slows every promise down. */
const turn = new AsyncLocalStorage<object>();
let turns = 0;

/** True for what comes of a statement of that transaction which is being run. */
export function hasTurn(transaction: object): boolean {
  return turn.getStore() === transaction;
}

/** Runs a statement of a transaction. */
export async function takeTurn<T>(transaction: object, work: () => Promise<T>): Promise<T> {
  turns += 1;
  try {
    return await turn.run(transaction, work);
  } finally {
    turns -= 1;
    if (turns === 0) turn.disable();
  }
}
