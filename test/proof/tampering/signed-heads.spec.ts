import { describeOn } from '../../support/services/describe-on.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import { signedHeadsSuite } from './signed-heads.suite.js';
import { historyIn, historyOfCollections } from './stored-history.js';

describe('signed heads of a history in SQLite', () => {
  signedHeadsSuite(sqliteFile, ({ connection }) => historyIn(connection));
});

await describeOn(['postgres'], 'signed heads of a history in PostgreSQL', ({ postgres }) => {
  signedHeadsSuite(postgresDatabase(postgres), ({ connection }) => historyIn(connection));
});

await describeOn(['mariadb'], 'signed heads of a history in MariaDB', ({ mariadb }) => {
  signedHeadsSuite(mariadbDatabase(mariadb), ({ connection }) => historyIn(connection));
});

await describeOn(['mongodb'], 'signed heads of a history in MongoDB', ({ mongodb }) => {
  signedHeadsSuite(mongoDatabase(mongodb), ({ connection }) => historyOfCollections(connection));
});
