import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, QueryRunner } from 'typeorm';
import type { ChangeSession } from './change-session.js';

type CreateQueryRunner = DataSource['createQueryRunner'];

/**
 * Lets everything that happens inside a change's method use the change's transaction:
 * while it is installed, the DataSource hands out the change's runner there, and its
 * ordinary ones everywhere else.
 */
export class TransactionScope {
  private readonly sessions = new AsyncLocalStorage<ChangeSession>();
  private readonly users = new Set<object>();
  private remove: (() => void) | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** Puts the hook on the DataSource, if no other user has done so. */
  install(user: object): void {
    this.users.add(user);
    this.remove ??= this.hook();
  }

  /** Takes the hook off once its last user is gone. */
  uninstall(user: object): void {
    this.users.delete(user);
    if (this.users.size > 0) return;
    this.remove?.();
    this.remove = undefined;
  }

  /** Calls `work` inside the session's transaction. */
  run<T>(session: ChangeSession, work: () => Promise<T>): Promise<T> {
    return this.sessions.run(session, work);
  }

  private hook(): () => void {
    const { dataSource, sessions } = this;
    const before = Object.getOwnPropertyDescriptor(dataSource, 'createQueryRunner');
    const original = dataSource.createQueryRunner.bind(dataSource);
    const hooked: CreateQueryRunner = (mode): QueryRunner =>
      sessions.getStore()?.lendRunner() ?? original(mode);
    dataSource.createQueryRunner = hooked;
    return () => {
      // Somebody hooked on after us and still calls us: outside a change we pass everything on.
      if (dataSource.createQueryRunner !== hooked) return;
      if (before) Object.defineProperty(dataSource, 'createQueryRunner', before);
      else Reflect.deleteProperty(dataSource, 'createQueryRunner');
    };
  }
}
