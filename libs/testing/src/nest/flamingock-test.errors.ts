import { FlamingockError } from '@nestjs-flamingock/core';

/** A test gave history to a change that the application does not have. */
export class UnknownChangeError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNKNOWN_CHANGE';

  constructor(
    readonly changeId: string,
    readonly known: readonly string[],
  ) {
    super(
      `given() names change "${changeId}", which the application does not have. ` +
        `Name one of: ${known.map((id) => `"${id}"`).join(', ') || 'none'}.`,
    );
  }
}

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
