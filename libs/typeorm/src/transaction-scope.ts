import { AsyncLocalStorage } from 'node:async_hooks';
import { MethodHook } from '@nestjs-flamingock/core';
import type { DataSource } from 'typeorm';
import type { ChangeSession } from './change-session.js';

type CreateQueryRunner = DataSource['createQueryRunner'];

/**
 * Lets everything that happens inside a change's method use the change's transaction:
 * while it is installed, the DataSource hands out the change's runner there, and its
 * ordinary ones everywhere else.
 */
export class TransactionScope {
  private readonly sessions = new AsyncLocalStorage<ChangeSession>();
  private readonly hook: MethodHook<CreateQueryRunner>;

  constructor(dataSource: DataSource) {
    this.hook = new MethodHook<CreateQueryRunner>(
      dataSource,
      'createQueryRunner',
      (original) => (mode) => this.sessions.getStore()?.lendRunner() ?? original(mode),
    );
  }

  /** Puts the hook on the DataSource, if no other user has done so. */
  install(user: object): void {
    this.hook.install(user);
  }

  /** Takes the hook off once its last user is gone. */
  uninstall(user: object): void {
    this.hook.uninstall(user);
  }

  /** Calls `work` inside the session's transaction. */
  run<T>(session: ChangeSession, work: () => Promise<T>): Promise<T> {
    return this.sessions.run(session, work);
  }
}
