import { describeOn } from '../../support/services/describe-on.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import { ledgerSuite } from './ledger.suite.js';
import { recordsIn, recordsOfCollection } from './stored-records.js';

describe('what is found of decisions in SQLite', () => {
  ledgerSuite(sqliteFile, ({ connection }) => recordsIn(connection));
});

await describeOn(['postgres'], 'what is found of decisions in PostgreSQL', ({ postgres }) => {
  ledgerSuite(postgresDatabase(postgres), ({ connection }) => recordsIn(connection));
});

await describeOn(['mariadb'], 'what is found of decisions in MariaDB', ({ mariadb }) => {
  ledgerSuite(mariadbDatabase(mariadb), ({ connection }) => recordsIn(connection));
});

await describeOn(['mysql'], 'what is found of decisions in MySQL', ({ mysql }) => {
  ledgerSuite(mariadbDatabase(mysql), ({ connection }) => recordsIn(connection));
});

await describeOn(['mongodb'], 'what is found of decisions in MongoDB', ({ mongodb }) => {
  ledgerSuite(mongoDatabase(mongodb), ({ connection }) => recordsOfCollection(connection));
});
