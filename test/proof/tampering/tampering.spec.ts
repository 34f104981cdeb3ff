import { describeOn } from '../../support/services/describe-on.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import { OTHER_VALUES } from './alterations.js';
import { historyIn, historyOfCollections } from './stored-history.js';
import { OTHER_TYPES, pendingSuite } from './pending.suite.js';
import { FAILED, FIXED, tamperingSuite } from './tampering.suite.js';

describe('tampering with a history in SQLite', () => {
  // A column there holds what is put into it, whatever its type.
  tamperingSuite(
    sqliteFile,
    ({ connection }) => historyIn(connection),
    (value) => [
      ...OTHER_VALUES(value),
      Buffer.from(String(value)),
      typeof value === 'number' ? value + 0.5 : 7,
    ],
  );
});

await describeOn(['postgres'], 'tampering with a history in PostgreSQL', ({ postgres }) => {
  tamperingSuite(postgresDatabase(postgres), ({ connection }) => historyIn(connection), OTHER_VALUES);
});

await describeOn(['mariadb'], 'tampering with a history in MariaDB', ({ mariadb }) => {
  tamperingSuite(mariadbDatabase(mariadb), ({ connection }) => historyIn(connection), OTHER_VALUES);
});

await describeOn(['mysql'], 'tampering with a history in MySQL', ({ mysql }) => {
  tamperingSuite(mariadbDatabase(mysql), ({ connection }) => historyIn(connection), OTHER_VALUES);
});

await describeOn(['mongodb'], 'tampering with a history in MongoDB', ({ mongodb }) => {
  const victim = tamperingSuite(
    mongoDatabase(mongodb),
    ({ connection }) => historyOfCollections(connection),
    (value) => [...OTHER_VALUES(value), ...OTHER_TYPES(value)],
    [FAILED, FIXED],
  );
  pendingSuite(victim);
});
