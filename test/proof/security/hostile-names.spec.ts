import { NestFactory } from '@nestjs/core';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  InvalidChangesError,
  InvalidOptionsError,
  nonTransactionalTargetSystem,
  RollbackExecution,
  TargetSystem,
  type ChangeClass,
} from '@nestjs-flamingock/core';
import { describeOn } from '../../support/services/describe-on.js';
import { auditStoreOn, databaseModule, targetSystemOn } from '../../support/fixtures/database.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';

const HOSTILE = [
  `'; DROP TABLE flamingock_audit_entries; --`,
  '" OR "1"="1',
  '`x`',
  'back\\slash\\',
  '$where',
  '$ne',
  'a.b.$c',
  '{"$gt":""}',
  '__proto__',
  'constructor',
  '%s ? $1 :p ${x} {{y}}',
  'größe 漢字 👩‍👩‍👧',
  'right\u202eto left',
  ' spaces at both ends ',
  'NULL',
  '-c --yes',
  '../../etc/passwd',
  '🦩'.repeat(127),
];
const REFUSED = ['', ' ', 'a\0b', 'two\nlines', 'half \uD800', '\u001b[2J', 'a\u2028b', 'x'.repeat(256)];

/** Where names come from: all of them are one name. */
interface Names {
  readonly id?: string;
  readonly author?: string;
  readonly order?: string;
  readonly stage?: string;
  readonly target?: string;
  readonly service?: string;
}

function changeNamed({ id = 'x', author = 'a', order = '1', target = 't' }: Names): ChangeClass {
  @Change({ id, order, author, transactional: false })
  @TargetSystem(target)
  class Named {
    @Execution() execute(): void {}
    @RollbackExecution() rollback(): void {}
  }
  return Named;
}

async function withApplication<T>(
  database: TestDatabase,
  names: Names,
  work: (flamingock: FlamingockService) => Promise<T>,
): Promise<T> {
  const { stage = 's', target = 't', service = 'x' } = names;
  class Application {}
  const module = {
    module: Application,
    imports: [
      databaseModule(database.options),
      FlamingockModule.forRoot({
        auditStore: auditStoreOn(database.options),
        targetSystems: [nonTransactionalTargetSystem(target), targetSystemOn('shared', database.options, {})],
        service,
        runAt: 'manual',
      }),
      FlamingockModule.forFeature({ stage, changes: [changeNamed(names)] }),
    ],
  };
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    return await work(app.get(FlamingockService));
  } finally {
    await app.close();
  }
}

function suite(create: CreateDatabase): void {
  let database: TestDatabase;
  beforeAll(async () => (database = await create()));
  afterAll(() => database.drop());

  it.each(HOSTILE)('keeps %j as what it is, wherever it names something', async (name) => {
    const names = {
      id: name,
      author: name,
      order: name,
      stage: name,
      target: name,
      service: name.slice(0, 100),
    };
    if (/\p{Surrogate}/u.test(names.service)) names.service = names.service.slice(0, -1);
    await withApplication(database, names, async (flamingock) => {
      expect((await flamingock.execute()).status).toBe('applied');
      expect((await flamingock.execute()).status).toBe('up-to-date');
      const { id, author, order, stage, target, service } = names;
      expect(await flamingock.audit.list({ changeId: id })).toMatchObject([
        { service, changeId: id, author, order, stage, targetSystem: target, state: 'EXECUTED' },
      ]);
      await flamingock.undo({ changeId: id }, { reason: name, actor: name });
      const [undone] = await flamingock.audit.list({ changeId: id });
      expect(undone).toMatchObject({ state: 'ROLLED_BACK', metadata: { reason: name, by: name } });
      expect(await flamingock.audit.verify()).toMatchObject({ ok: true, entries: 4 });
      expect((await flamingock.lock.status()).record).toMatchObject({ service });
    });
  });

  it('goes on under another such name once the service is renamed', async () => {
    const [from, to] = [`'; DROP TABLE old; --`, '"größe" 漢字'];
    await withApplication(database, { service: from }, (flamingock) => flamingock.execute());
    await withApplication(database, { service: to }, async (flamingock) => {
      const rename = { from, to };
      const context = { actor: HOSTILE[1]!, reason: HOSTILE[2]! };
      expect(await flamingock.service.rename(rename, context)).toMatchObject({ changes: 1, recorded: 4 });
      expect(await flamingock.service.rename(rename, context)).toMatchObject({ changes: 1, recorded: 0 });
      expect((await flamingock.execute()).status).toBe('up-to-date');
      expect(await flamingock.audit.verify()).toMatchObject({ ok: true, entries: 3 });
    });
    await withApplication(database, { service: from }, async (flamingock) => {
      expect((await flamingock.execute()).status).toBe('up-to-date');
      expect(await flamingock.audit.verify()).toMatchObject({ ok: true, entries: 3 });
    });
    const later = withApplication(database, { service: from, id: 'y' }, (flamingock) => flamingock.execute());
    await expect(later).rejects.toMatchObject({ name: 'ServiceRenamedError', to });
  });
}

// Names are checked before any store is asked.
describe('names that no store could keep', () => {
  let database: TestDatabase;
  beforeAll(async () => (database = await sqliteFile()));
  afterAll(() => database.drop());

  it.each(['id', 'author', 'order', 'stage', 'target', 'service'] as const)(
    'refuses a bad %s before anything is written, in one error that says so',
    async (what) => {
      for (const name of REFUSED) {
        const refusal = withApplication(database, { [what]: name }, (flamingock) =>
          flamingock.execute(),
        ).catch((error: unknown) => error);
        const error = (await refusal) as Error;
        const isOption = what === 'service' || what === 'stage';
        expect(error).toBeInstanceOf(isOption ? InvalidOptionsError : InvalidChangesError);
        expect(error.message).toContain(JSON.stringify(name));
        expect(error.message).toMatch(/characters/);
      }
      await expect(database.lock()).rejects.toThrow('no such table');
    },
  );
});

describe('hostile names on SQLite', () => suite(sqliteFile));
await describeOn(['postgres'], 'hostile names on PostgreSQL', ({ postgres }) =>
  suite(postgresDatabase(postgres)),
);
await describeOn(['mariadb'], 'hostile names on MariaDB', ({ mariadb }) => suite(mariadbDatabase(mariadb)));
await describeOn(['mysql'], 'hostile names on MySQL', ({ mysql }) => suite(mariadbDatabase(mysql)));
await describeOn(['mongodb'], 'hostile names on MongoDB', ({ mongodb }) => suite(mongoDatabase(mongodb)));
