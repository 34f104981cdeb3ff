import { describeOn } from '../../support/services/describe-on.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import { ledgerSuite } from './ledger.suite.js';
import { outboxSuite } from './outbox.suite.js';
import { recordsIn, recordsOfCollection, type RecordsAccess } from './stored-records.js';

function suites<T extends TestDatabase>(
  create: CreateDatabase<T>,
  accessTo: (database: T) => RecordsAccess,
): void {
  describe('what is found of decisions', () => ledgerSuite(create, accessTo));
  describe('an outbox that somebody has written to', () => outboxSuite(create, accessTo));
}

describe('records beside the history in SQLite', () => {
  suites(sqliteFile, ({ connection }) => recordsIn(connection));
});

await describeOn(['postgres'], 'records beside the history in PostgreSQL', ({ postgres }) => {
  suites(postgresDatabase(postgres), ({ connection }) => recordsIn(connection));
});

await describeOn(['mariadb'], 'records beside the history in MariaDB', ({ mariadb }) => {
  suites(mariadbDatabase(mariadb), ({ connection }) => recordsIn(connection));
});

await describeOn(['mysql'], 'records beside the history in MySQL', ({ mysql }) => {
  suites(mariadbDatabase(mysql), ({ connection }) => recordsIn(connection));
});

await describeOn(['mongodb'], 'records beside the history in MongoDB', ({ mongodb }) => {
  suites(mongoDatabase(mongodb), ({ connection }) => recordsOfCollection(connection));
});
