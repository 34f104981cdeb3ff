import { FlamingockError } from '@nestjs-flamingock/core';

/** A test gave history while a run was going on. */
export class HistoryInUseError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HISTORY_IN_USE';

  constructor(readonly service: string) {
    super(
      `given() cannot write the history of service "${service}" while a run holds its lock. ` +
        'Await run() first, or give history before it.',
    );
  }
}
