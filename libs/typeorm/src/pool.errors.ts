import { FlamingockError } from '@nestjs-flamingock/core';

/** The pool has no room for a heartbeat beside a change's transaction. */
export class PoolTooSmallError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_POOL_TOO_SMALL';

  constructor(readonly needed: number) {
    super(
      `The connection pool of the DataSource has room for 1 connection; a run needs ${needed}: one for the ` +
        `change's transaction and one to renew the lock meanwhile. Raise its option poolSize to ${needed} or more.`,
    );
  }
}

/** The pool has no connection for us, because the application, or a change, keeps all of them. */
export class PoolExhaustedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_POOL_EXHAUSTED';

  constructor(
    { options }: { readonly options: object },
    readonly size: number,
    setting: string,
    cause: unknown,
  ) {
    const { name = 'default' } = options as { name?: string };
    super(
      `No connection of DataSource "${name}" is free: its pool opens ${size} at most, and all of them are in use. ` +
        `Raise its option ${setting}, or give connections back: a query runner keeps one until it is released.`,
      { cause },
    );
  }
}
