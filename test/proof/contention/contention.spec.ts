import { jest } from '@jest/globals';
import { describeOn } from '../../support/services/describe-on.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import type { RoundOptions } from './fixtures/instance.js';
import { GatedFleet, startTogether, type RoundResult } from './fleet.js';

jest.setTimeout(180_000);

const CHANGES = 5;
const GATED_ROUNDS = 20;

/** One round under names of its own, so that every round begins with none of the library's tables. */
async function newRound(database: TestDatabase, name: string): Promise<RoundOptions> {
  const place = `rows_${name}`;
  await database.createPlace(place);
  return { database: database.options, prefix: `${name}_`, place, changes: CHANGES };
}

async function expectExactlyOnce(
  database: TestDatabase,
  { place, prefix }: RoundOptions,
  results: readonly RoundResult[],
): Promise<void> {
  expect(results.map(({ error }) => error)).toEqual(results.map(() => undefined));
  expect(await database.values(place)).toEqual(['1', '2', '3', '4', '5']);
  expect(await database.entries(prefix)).toHaveLength(2 * CHANGES);
  const reports = results.map(({ report }) => report!);
  expect(reports.filter(({ status }) => status === 'applied')).toHaveLength(1);
  // Whoever did not apply was in time to see it done, or says whom it waited for.
  const others = reports.filter(({ status }) => status === 'up-to-date');
  expect(others).toHaveLength(reports.length - 1);
  for (const { waitedMs, waitedFor } of others) {
    if (waitedMs > 0) expect(waitedFor).toBeDefined();
  }
}

function contentionSuite(create: CreateDatabase): void {
  let database: TestDatabase;
  beforeAll(async () => (database = await create()));
  afterAll(() => database.drop());

  it(`apply each change once when 8 begin at the same moment, on no tables yet, ${GATED_ROUNDS} times`, async () => {
    const fleet = GatedFleet.launch(8);
    for (let number = 1; number <= GATED_ROUNDS; number += 1) {
      const round = await newRound(database, `g${number}`);
      await expectExactlyOnce(database, round, await fleet.play(round));
    }
    await fleet.disband();
  });

  it('apply each change once when 32 start together, on no tables yet', async () => {
    const round = await newRound(database, 'n32');
    await expectExactlyOnce(database, round, await startTogether(32, round));
  });

  it('do nothing when 8 start together and everything is applied', async () => {
    const round = await newRound(database, 'warm');
    await startTogether(1, round);
    const results = await startTogether(8, round);
    expect(results.map(({ report, error }) => error ?? report?.status)).toEqual(Array(8).fill('up-to-date'));
  });
}

describe('instances on SQLite', () => contentionSuite(sqliteFile));
await describeOn(['postgres'], 'instances on PostgreSQL', ({ postgres }) =>
  contentionSuite(postgresDatabase(postgres)),
);
await describeOn(['mariadb'], 'instances on MariaDB', ({ mariadb }) =>
  contentionSuite(mariadbDatabase(mariadb)),
);
await describeOn(['mongodb'], 'instances on MongoDB', ({ mongodb }) =>
  contentionSuite(mongoDatabase(mongodb)),
);
await describeOn(
  ['postgres', 'pgbouncer'],
  'instances on PostgreSQL through PgBouncer',
  ({ postgres, pgbouncer }) => contentionSuite(postgresDatabase(postgres, pgbouncer)),
);
