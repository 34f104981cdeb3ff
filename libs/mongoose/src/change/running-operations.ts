import type { AdapterHost, ChangeStatements } from '@nestjs-flamingock/core/adapter';
import { OperationHangsError } from '../mongoose.errors.js';

/** The driver does not say which operation asks for a session. */
export const OPERATION = '';

/** Waits for operations that are on their way, and fails the change if there are any. */
export function sealOperations(statements: ChangeStatements, host: AdapterHost): Promise<void> {
  return statements.sealWithin(host, (waitedMs) => new OperationHangsError(statements.changeId, waitedMs));
}

/** An operation that the driver has begun a session for, which it ends with the operation. */
export interface RunningOperation {
  readonly isRunning: boolean;
  readonly end: () => void;
}

/** Notes such an operation. A cursor lives until it is closed, so only its operations could be waited for. */
export function runningOperation(statements: ChangeStatements, owner: unknown): RunningOperation {
  const ended = typeof owner === 'symbol' ? statements.begin(OPERATION) : undefined;
  let isRunning = ended !== undefined;
  return {
    get isRunning() {
      return isRunning;
    },
    end: () => {
      isRunning = false;
      ended?.();
    },
  };
}

/** What the driver asks a session that an operation was given, one after the other, when the operation begins. */
const BEGINNING: readonly PropertyKey[] = ['hasEnded', 'snapshotEnabled', 'client'];

/** What it asks when the operation has ended, however that was. */
const END = 'owner';

/** Counts operations that are given a session, by what the driver asks it. To be told of each question. */
export function countingOperations(statements: ChangeStatements): (asked: PropertyKey) => void {
  const running: (() => void)[] = [];
  let step = 0;
  return (asked) => {
    if (asked === END) running.shift()?.();
    if (asked !== BEGINNING[step]) step = 0;
    if (asked === BEGINNING[step]) step += 1;
    if (step < BEGINNING.length) return;
    step = 0;
    running.push(statements.begin(OPERATION));
  };
}
