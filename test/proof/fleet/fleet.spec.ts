import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FixtureOptions } from '../../apps/e2e/fixtures/app.module.js';
import { runInstance, startInstance, type Exit } from '../../apps/e2e/fixture-process.js';
import { describeOn } from '../../support/services/describe-on.js';
import {
  mariadbDatabase,
  postgresDatabase,
  sqliteFile,
  type SqlDatabase,
} from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { NextBuild } from './next-build.js';

let next: NextBuild;
beforeAll(() => (next = new NextBuild()));
afterAll(() => next.remove());

function suite(create: CreateDatabase<SqlDatabase>): void {
  let database: SqlDatabase;
  let folder: string;
  let options: FixtureOptions;
  const published = () =>
    readFileSync(options.outbox, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('published')).length;
  const formatOf = async (): Promise<number> => {
    const [head] = await database.connection.query<{ format: unknown }[]>(
      'SELECT * FROM flamingock_audit_heads',
    );
    return Number(head?.format);
  };

  beforeEach(async () => {
    database = await create();
    await database.createPlace('note');
    folder = mkdtempSync(join(tmpdir(), 'flamingock-fleet-'));
    options = { audit: database.options, outbox: join(folder, 'outbox.txt') };
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  it('goes on from this build to the next, after which this one says which version is needed', async () => {
    expect(await runInstance({ ...options, changeCount: 2 })).toMatchObject({ code: 0, stderr: '' });
    expect(await formatOf()).toBe(1);
    expect(await next.start(options).exit).toMatchObject({ code: 0, report: { status: 'applied' } });
    expect(await formatOf()).toBe(2);
    const late = await runInstance(options);
    expect(late.code).toBe(1);
    expect(late.stderr).toMatch(/NewerHistoryError: .*has format 2.*knows formats up to 1.*nothing written/);
    expect(await next.start(options).exit).toMatchObject({ code: 0, report: { status: 'up-to-date' } });
    expect(await database.values('note')).toEqual(['one', 'three', 'two']);
  });

  it('applies each change once where both builds start together', async () => {
    const instances = Array.from({ length: 3 }, () => [startInstance(options), next.start(options)]).flat();
    const exits: Exit[] = await Promise.all(instances.map(({ exit }) => exit));
    for (const { stderr } of exits) expect(stderr).toMatch(/^$|^NewerHistoryError/);
    const applied = exits.filter(({ report }) => report?.status === 'applied');
    expect(applied).toHaveLength(1);
    expect(published()).toBe(1);
    expect(await database.values('note')).toEqual(['one', 'three', 'two']);
  });
}

describe('a fleet of two builds on SQLite', () => suite(sqliteFile));

await describeOn(['postgres'], 'a fleet of two builds on PostgreSQL', ({ postgres }) =>
  suite(postgresDatabase(postgres)),
);

await describeOn(['mariadb'], 'a fleet of two builds on MariaDB', ({ mariadb }) =>
  suite(mariadbDatabase(mariadb)),
);
