import type { Socket } from 'node:net';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  type DataSource,
  type QueryRunner,
} from 'typeorm';
import type { Row, SqlValue } from '../sql/sql.js';

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

/**
 * A statement whose rows we read, as its driver takes it: it names its own conversions, in place of those that
 * the application has configured. Prints as its text, for tools that log the statements of a connection.
 */
export interface Question {
  toString(): string;
}

interface Connection {
  /** node-postgres: sends each message at once, without waiting for the answers to those before. Absent before 8.23. */
  pipeline?: boolean;
  /** Only pg-native's client has it. */
  readonly native?: unknown;
  once?(event: 'drain', listener: () => void): unknown;
  /** node-postgres' wish for rows in their binary form, which it then decodes as if they were texts. */
  binary?: boolean;
  query(
    message: string | Question,
    values: readonly SqlValue[] | undefined,
    done: (error: Error | null, answer: unknown) => void,
  ): unknown;
  destroy?(): void;
  /** node-postgres' own connection. */
  readonly connection?: Streamed;
}

interface Streamed {
  readonly stream?: Pick<Socket, 'destroyed' | 'cork' | 'uncork'>;
}

interface ClosingRunner {
  /** Any reason closes the connection. */
  releasePostgresConnection?(reason: unknown): Promise<void>;
}

/**
 * Sends a statement on the runner's connection and returns the driver's own answer, of which
 * TypeORM keeps only a part. Of an answer that the driver returns as a promise, node-postgres
 * keeps everything until V8 collects its old space; of one that it passes to a callback, nothing.
 *
 * @param question how the driver is to take it, where its rows matter
 * @throws QueryRunnerAlreadyReleasedError, QueryFailedError, as TypeORM does.
 */
export async function send<A = Answer>(
  dataSource: DataSource,
  runner: QueryRunner,
  text: string,
  values: SqlValue[] = [],
  question: string | Question = text,
): Promise<A> {
  return sendOn(await connectionOf(runner), dataSource, runner, text, values, question);
}

/**
 * Sends a statement without parameters, and resolves before it is answered, where the driver can send the next one
 * meanwhile. `answered` never resolves after the answer to the next one.
 */
export async function sendAhead(
  dataSource: DataSource,
  runner: QueryRunner,
  text: string,
): Promise<{ readonly answered: Promise<unknown> }> {
  const connection = await connectionOf(runner);
  const isPipelining = pipeline(connection);
  if (isPipelining) keepTogether(connection);
  const answered = sendOn(connection, dataSource, runner, text, [], text);
  answered.catch(() => undefined);
  if (!isPipelining) await answered;
  return { answered };
}

/** Lets messages be sent at once until all are answered: the connection is the application's, too. */
function pipeline(connection: Connection): boolean {
  if (connection.pipeline === undefined || connection.native !== undefined) return false;
  if (!connection.pipeline) {
    connection.pipeline = true;
    connection.once?.('drain', () => (connection.pipeline = false));
  }
  return true;
}

/** Has what is sent until the pending promises are settled leave in one packet, with one call of the system. */
function keepTogether({ connection }: Connection): void {
  const stream = connection?.stream;
  if (!stream) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** @throws QueryRunnerAlreadyReleasedError */
async function connectionOf(runner: QueryRunner): Promise<Connection> {
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
  return (await runner.connect()) as Connection;
}

async function sendOn<A>(
  connection: Connection,
  dataSource: DataSource,
  runner: QueryRunner,
  text: string,
  values: SqlValue[],
  question: string | Question,
): Promise<A> {
  const { logger } = dataSource;
  logger.logQuery(text, values, runner);
  try {
    return await new Promise((resolve, reject) => {
      // pg-native prepares what has values, be they none, and several statements cannot be prepared.
      const bound = values.length > 0 ? values : undefined;
      ask(connection, question, bound, (error, answer) => (error ? reject(error) : resolve(answer as A)));
    });
  } catch (error) {
    // Not in the driver's callback, where a logger that throws would end the process.
    logger.logQueryError(error as Error, text, values, runner);
    throw new QueryFailedError(text, values, error as Error);
  }
}

/** The driver looks at its wish for binary rows when it is asked, and not later. */
function ask(connection: Connection, ...question: Parameters<Connection['query']>): void {
  const { binary } = connection;
  if (binary) connection.binary = false;
  try {
    connection.query(...question);
  } finally {
    if (binary) connection.binary = binary;
  }
}

/**
 * Releases the runner's connection to the pool. Once: TypeORM would release it twice. One that is still
 * being opened is closed when it comes: TypeORM would keep it for ever.
 */
export async function releaseRunner(runner: QueryRunner): Promise<void> {
  if (runner.isReleased) return;
  if (isConnecting(runner)) void closeOnceConnected(runner);
  else await runner.release();
}

/** Closes the runner's connection, so that the pool does not hand it out again. */
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

/** True if the runner has a connection, which is open as far as the driver knows. */
export function isUsable(runner: QueryRunner): boolean {
  if (!hasConnection(runner)) return false;
  const { stream, connection } = Reflect.get(runner, 'databaseConnection') as Streamed & Connection;
  return !(stream ?? connection?.stream)?.destroyed;
}

/** True if the runner has taken a connection from the pool and still has it. */
export function hasConnection(runner: QueryRunner): boolean {
  return !runner.isReleased && Reflect.get(runner, 'databaseConnection') !== undefined;
}
