import { FlamingockError } from '@nestjs-flamingock/core';

/** A change asked for a transaction at an isolation level that the transaction around it may not have. */
export class IsolationLevelError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_ISOLATION_LEVEL';

  constructor(
    readonly changeId: string,
    readonly isolationLevel: string,
  ) {
    super(
      `Change "${changeId}" begins a transaction at ${isolationLevel} inside its own, where it is a savepoint and would run at the ` +
        'level that is there. Leave the level out, or declare the change "transactional: false" and let it begin its own transaction.',
    );
  }
}
