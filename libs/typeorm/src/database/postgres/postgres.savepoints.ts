import type { DataSource, QueryRunner } from 'typeorm';
import { SAVEPOINT } from '../change-part.js';
import { sendAhead } from '../connection.js';
import { driverError } from '../driver-error.js';
import { sendSeveral } from './postgres.messages.js';

const LOOK = 'flamingock_look';

/**
 * Each savepoint counts until the commit, also one that was released, and more than 64 of one transaction slow every
 * other session down. The last change of a group has room for some of its own.
 */
const MOST = 50;
const SETS_SAVEPOINT = /^\s*SAVEPOINT\b/i;

/**
 * Errors that changes before it in the transaction may cause: an object that is in another state, or in use, until the
 * commit; a new enum value; no memory left for locks; a snapshot that is older; locks that are held longer, for which
 * whoever holds the one that a statement waits for may wait.
 */
const OF_OTHERS = new Set(['55000', '55006', '55P04', '53200', '40001', '40P01', '55P03', '57014']);

/** Whether there is a constraint, or a constraint trigger, whose check can wait for the commit. */
const CAN_DEFER = 'EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgdeferrable)';

/** 0: there is none; 1: they only check; 2: there is a constraint trigger of the application, which may do anything. */
const DEFERRED =
  'SELECT coalesce(pg_catalog.max(CASE WHEN tginitdeferred AND NOT tgisinternal THEN 2 ELSE 1 END), 0) AS found ' +
  'FROM pg_catalog.pg_trigger WHERE tgdeferrable';

/** Has checked what waits for the commit, and waits again. */
const LOOK_AT_DEFERRED = [
  `SAVEPOINT ${LOOK}`,
  'SET CONSTRAINTS ALL IMMEDIATE',
  `ROLLBACK TO SAVEPOINT ${LOOK}`,
];

/**
 * The savepoints of the changes that share a transaction. What need not be waited for travels with the next statement
 * of a change, so that a change of one statement costs one round trip.
 */
export class PostgresSavepoints {
  private ahead: string[] = [];
  private isSet = false;
  private count = 0;
  private canDefer = true;
  private lost: { readonly error: unknown } | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly runner: QueryRunner,
  ) {}

  begin(): void {
    this.ahead.push(`SAVEPOINT ${SAVEPOINT}`);
    this.isSet = false;
  }

  /** Runs a statement of a change behind its savepoint. */
  async run<T>(text: string, statement: () => Promise<T>): Promise<T> {
    if (SETS_SAVEPOINT.test(text)) this.count += 1;
    if (this.ahead.length === 0) return statement();
    const ahead = this.ahead.join('; ');
    this.ahead = [];
    this.isSet = true;
    this.count += 1;
    const { answered } = await sendAhead(this.dataSource, this.runner, ahead);
    try {
      return await statement();
    } finally {
      await answered.catch((error: unknown) => {
        this.lost = { error };
        throw error;
      });
    }
  }

  /**
   * Ends a part; where a check can wait for the commit, after a look whether it will pass.
   * Resolves to true where no other part may follow: something of this one may be done at the commit alone, and the
   * next one would miss it; or there are enough savepoints.
   */
  async keep(): Promise<boolean> {
    const isFull = this.count >= MOST;
    if (this.isSet && this.canDefer) return (await this.lookAndRelease()) || isFull;
    if (this.isSet) this.ahead.push(`RELEASE SAVEPOINT ${SAVEPOINT}`);
    else this.ahead.pop();
    return isFull;
  }

  /** @throws where the transaction has ended. */
  async rollBack(): Promise<void> {
    if (this.lost) throw this.lost.error;
    if (!this.isSet) this.ahead.pop();
    else await this.send([`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`, `RELEASE SAVEPOINT ${SAVEPOINT}`]);
  }

  /**
   * What goes before the COMMIT: it fails where a check can wait for the commit, and could not when the first change
   * ended. Others have ended without a look since.
   */
  beforeCommit(): readonly string[] {
    return this.canDefer ? [] : [`SELECT 1 / (NOT ${CAN_DEFER})::pg_catalog.int4`];
  }

  private async lookAndRelease(): Promise<boolean> {
    const answers = await this.send([...LOOK_AT_DEFERRED, `RELEASE SAVEPOINT ${SAVEPOINT}`, DEFERRED]);
    const found = Number(answers.at(-1)?.rows?.[0]?.['found']);
    this.canDefer = found > 0;
    return found > 1;
  }

  private send(statements: readonly string[]) {
    return sendSeveral(this.dataSource, this.runner, statements);
  }
}

/** True if a change that shares its transaction might not have failed alone. */
export function mayBeOfOthers(error: unknown): boolean {
  return OF_OTHERS.has(String(driverError(error).code));
}
