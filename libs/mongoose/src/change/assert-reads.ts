import { ReadOnlyStatementError } from '@nestjs-flamingock/core';
import type { ChangeStatements } from '@nestjs-flamingock/core/adapter';

/** Operations that only read, as the driver calls them, and those by which it keeps cursors and sessions. */
const READS = new Set([
  'aggregate',
  'count',
  'dbStats',
  'distinct',
  'endSessions',
  'find',
  'getMore',
  'killCursors',
  'listCollections',
  'listDatabases',
  'listIndexes',
]);

const REMEDY = 'Read with find, aggregate, distinct, countDocuments or indexes.';

/**
 * @param operation as the driver calls it; absent where it does not say
 * @throws ReadOnlyStatementError for one that does more than read, where the change may only read.
 */
export function assertReads(statements: ChangeStatements, operation: string | undefined): void {
  if (operation === undefined || READS.has(operation) || !statements.mayOnlyRead) return;
  throw new ReadOnlyStatementError(statements.changeId, operation, REMEDY);
}
