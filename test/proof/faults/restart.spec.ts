import { jest } from '@jest/globals';
import { describeOn } from '../../support/services/describe-on.js';
import type { ServerName } from '../../support/services/ask-keeper.mjs';
import { OwnServer } from '../../support/services/own-server.mjs';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { chooser } from './extent.js';
import { restart, RESTARTS } from './restart-fault.js';
import type { Trial } from './trial.js';
import { Verdicts } from './verdicts.js';

jest.setTimeout(900_000);

/** Its driver otherwise looks half a minute for a server that stays away; one that is back is found within this. */
const IMPATIENT = 'serverSelectionTimeoutMS=6000';
const verdicts = new Verdicts();
const chosen = chooser(9);

interface Suite {
  readonly name: ServerName;
  readonly title: string;
  readonly needs?: readonly ServerName[];
  /** A database on the server, which the application reaches at `url`. */
  readonly database: (url: string, urls: Readonly<Partial<Record<ServerName, string>>>) => CreateDatabase;
}

function restartSuite({ name, title, database }: Suite, urls: Partial<Record<ServerName, string>>): void {
  const cases = chosen(
    RESTARTS.flatMap((fault) => (['shared', 'separate'] as const).map((kind) => ({ fault, kind }))),
  );
  if (cases.length === 0) return;
  it(`leaves what is recorded, and the next start goes on: ${title}`, async () => {
    const server = await OwnServer.start(name, { urls });
    try {
      const trials: Trial[] = [];
      for (const { fault, kind } of cases) {
        const createDatabase = database(server.url, urls);
        const pair =
          kind === 'shared' ? { audit: createDatabase } : { audit: sqliteFile, target: createDatabase };
        trials.push(await restart(server, pair, fault));
      }
      verdicts.expectRight(title, trials);
    } finally {
      await server.remove();
    }
  });
}

await describeOn(['postgres', 'mariadb', 'mongodb', 'pgbouncer'], 'a server that is killed', (urls) => {
  restartSuite({ name: 'postgres', title: 'PostgreSQL', database: (url) => postgresDatabase(url) }, urls);
  restartSuite({ name: 'mariadb', title: 'MariaDB', database: (url) => mariadbDatabase(url) }, urls);
  restartSuite(
    { name: 'mongodb', title: 'MongoDB', database: (url) => mongoDatabase(`${url}&${IMPATIENT}`) },
    urls,
  );
  restartSuite(
    { name: 'pgbouncer', title: 'PgBouncer', database: (url) => postgresDatabase(urls.postgres, url) },
    urls,
  );
});
