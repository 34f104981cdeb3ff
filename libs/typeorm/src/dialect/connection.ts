import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  type DataSource,
  type QueryRunner,
} from 'typeorm';
import type { Row, SqlValue } from '../sql.js';

/** What the drivers answer to a statement without rows. */
export interface Answer {
  /** PostgreSQL's command tag. */
  readonly command?: unknown;
  /** MySQL's status of the session after the statement. */
  readonly serverStatus?: unknown;
  /** PostgreSQL's number of rows. */
  readonly rowCount?: unknown;
  /** PostgreSQL's rows. */
  readonly rows?: readonly Row[];
}

interface Connection {
  query(
    text: string,
    values: readonly SqlValue[],
    done: (error: Error | null, answer: Answer) => void,
  ): unknown;
  destroy?(): void;
}

interface ClosingRunner {
  /** Any reason closes the connection. */
  releasePostgresConnection?(reason: unknown): Promise<void>;
}

/**
 * Sends a statement on the runner's connection and gives the driver's own answer, of which
 * TypeORM keeps only a part. Of an answer that the driver gives as a promise, node-postgres
 * keeps everything until V8 collects its old space; of one that it gives to a callback, nothing.
 *
 * @throws QueryRunnerAlreadyReleasedError, QueryFailedError, as TypeORM does.
 */
export async function send(
  dataSource: DataSource,
  runner: QueryRunner,
  text: string,
  values: SqlValue[] = [],
): Promise<Answer> {
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
  const connection = (await runner.connect()) as Connection;
  const { logger } = dataSource;
  logger.logQuery(text, values, runner);
  try {
    return await new Promise((resolve, reject) => {
      connection.query(text, values, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  } catch (error) {
    // Not in the driver's callback, where a logger that throws would end the process.
    logger.logQueryError(error as Error, text, values, runner);
    throw new QueryFailedError(text, values, error as Error);
  }
}

/** As {@link send}, for several statements in one message (PostgreSQL): one answer each. */
export async function sendSeveral(
  dataSource: DataSource,
  runner: QueryRunner,
  statements: readonly string[],
): Promise<readonly Answer[]> {
  return (await send(dataSource, runner, statements.join('; '))) as readonly Answer[];
}

/**
 * Gives the runner's connection back to the pool. Once: TypeORM would give it back twice. One
 * that nobody waits for any more is closed when it comes: TypeORM would keep it for ever.
 */
export async function giveBack(runner: QueryRunner): Promise<void> {
  if (runner.isReleased) return;
  if (isConnecting(runner)) void closeOnceConnected(runner);
  else await runner.release();
}

/** Closes the runner's connection, so that the pool hands it to nobody else. */
export async function discard(runner: QueryRunner, reason: unknown): Promise<void> {
  if (!hasConnection(runner)) return;
  const closing = runner as ClosingRunner;
  if (closing.releasePostgresConnection) return closing.releasePostgresConnection(reason);
  ((await runner.connect()) as Connection).destroy?.();
  await runner.release();
}

async function closeOnceConnected(runner: QueryRunner): Promise<void> {
  try {
    await runner.connect();
    await discard(runner, 'it came too late');
  } catch {
    await runner.release();
  }
}

function isConnecting(runner: QueryRunner): boolean {
  return !hasConnection(runner) && Reflect.get(runner, 'databaseConnectionPromise') !== undefined;
}

/** True if the runner has taken a connection from the pool and still has it. */
export function hasConnection(runner: QueryRunner): boolean {
  return !runner.isReleased && Reflect.get(runner, 'databaseConnection') !== undefined;
}
