import { jest } from '@jest/globals';
import { withApplication } from '../../apps/e2e/boot.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import { describeOn } from '../../support/services/describe-on.js';
import type { DatabaseOptions } from '../../support/fixtures/database.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { tryFault, type Trial } from './trial.js';
import { Verdicts } from './verdicts.js';

jest.setTimeout(120_000);

const verdicts = new Verdicts();

/** The same database, to which the application may open one connection. */
function onOneConnection(options: DatabaseOptions): DatabaseOptions {
  if ('typeorm' in options) {
    const extra = options.typeorm.type === 'postgres' ? { max: 1 } : { connectionLimit: 1 };
    return { typeorm: { ...options.typeorm, extra } as typeof options.typeorm };
  }
  const { uri, dbName } = options.mongoose;
  return { mongoose: { uri: `${uri}&maxPoolSize=1`, dbName } };
}

async function start(title: string, audit: CreateDatabase, target?: CreateDatabase): Promise<Trial> {
  const workspace = await Workspace.open(audit, target);
  const { options } = workspace;
  const pool = onOneConnection(workspace.target.options);
  const pooled = { ...options, ...(options.notes ? { notes: pool } : { audit: pool }) };
  try {
    return await tryFault({
      what: 'one connection',
      title,
      workspace,
      start: () => withApplication(pooled, (flamingock) => flamingock.execute()),
      heal: async () => undefined,
      mustApply: false,
    });
  } finally {
    await workspace.remove();
  }
}

await describeOn(['postgres', 'mariadb', 'mongodb'], 'a pool of one connection', (urls) => {
  const postgres = postgresDatabase(urls.postgres);
  const mariadb = mariadbDatabase(urls.mariadb);
  const mongodb = mongoDatabase(urls.mongodb);

  it.each([
    ['PostgreSQL', postgres, 'PoolTooSmallError'],
    ['MariaDB', mariadb, 'PoolTooSmallError'],
    ['MongoDB', mongodb, 'applied'],
  ])(
    'is refused for a history on %s whose lock could not be renewed, or is enough',
    async (name, on, end) => {
      const trial = await start('history and changes', on);
      verdicts.expectRight(`${name}, history and changes`, [trial]);
      expect(trial.end).toBe(end);
    },
  );

  it.each([
    ['PostgreSQL', postgres],
    ['MariaDB', mariadb],
    ['MongoDB', mongodb],
  ])('is enough for changes on %s', async (name, on) => {
    const trial = await start('changes', sqliteFile, on);
    verdicts.expectRight(`${name}, the changes`, [trial]);
    expect(trial.end).toBe('applied');
  });
});
