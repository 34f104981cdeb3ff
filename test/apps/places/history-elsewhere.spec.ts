import { randomBytes } from 'node:crypto';
import { describeOn } from '../../support/services/describe-on.js';
import { mariadbDatabase, postgresDatabase, type SqlDatabase } from '../../support/sql-database.js';
import { onEveryConnection, start, withApplication, type ApplicationOptions } from './application.js';

const POOL = 3;

let database: SqlDatabase;
afterEach(() => database.drop());

/** Of which changes there is an effect; twice, where one ran twice. */
const effects = (): Promise<string[]> => database.values('effect');

const messageOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'nothing was refused';
};

const onPostgres = (direct: string, through: string): void => {
  let options: ApplicationOptions;
  let admin: (statement: string) => Promise<unknown>;
  let name: string;

  beforeEach(async () => {
    database = await postgresDatabase(direct)();
    await database.createPlace('public.effect');
    const { connection } = database;
    name = String(connection.driver.database);
    admin = (statement) => connection.query(statement);
    const url = Object.assign(new URL(through), { pathname: `/${name}` }).href;
    const dataSource = { type: 'postgres', url, poolSize: POOL } as const;
    options = { dataSource, effects: 'public.effect' };
  });

  /** A pooler in between has sessions that began before. */
  const endSessions = (): Promise<unknown> =>
    admin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
    );

  const moveTo = async (schema: string): Promise<string> => {
    await admin(`CREATE SCHEMA ${schema}`);
    await admin(`ALTER DATABASE ${name} SET search_path TO ${schema}`);
    await endSessions();
    return schema;
  };

  it('is not begun anew in the schema to which the search_path was moved', async () => {
    expect(await start(options)).toBe('applied');
    await moveTo('app');
    const message = await messageOf(start(options));
    expect(message).toMatch(/^HistoryElsewhereError: .*"inventory".*schema "public"/s);
    expect(message).toContain(`schema: 'public'`);
    expect(message).toContain(`schema: 'app'`);
    expect(await effects()).toEqual(['one', 'two']);
    const [row] = await database.connection.query<{ count: string }[]>(
      `SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'app'`,
    );
    expect(Number(row?.count)).toBe(0);
  });

  it('is not told as empty from there by any operation', async () => {
    await start(options);
    await moveTo('app');
    await withApplication(options, async ({ flamingock }) => {
      for (const ask of [
        () => flamingock.plan(),
        () => flamingock.audit.list(),
        () => flamingock.audit.list({ history: true }),
        () => flamingock.audit.verify(),
        () => flamingock.issues.list(),
        () => flamingock.audit.fix({ changeId: 'one' }, { reason: 'test' }),
        () => flamingock.undo({ changeId: 'one' }, { reason: 'test' }),
        () => flamingock.lock.status(),
      ]) {
        expect(await messageOf(ask())).toMatch(/^HistoryElsewhereError/);
      }
    });
  });

  it('goes on where the options say that it is, and begins where they say that it begins', async () => {
    await start(options);
    await moveTo('app');
    expect(await start({ ...options, tables: { schema: 'public' } })).toBe('up-to-date');
    expect(await effects()).toEqual(['one', 'two']);
    expect(await start({ ...options, tables: { schema: 'app' } })).toBe('applied');
    expect(await effects()).toEqual(['one', 'one', 'two', 'two']);
    expect(await start(options)).toBe('up-to-date');
  });

  it('goes on after a schema was put before its own in the search_path', async () => {
    await start(options);
    await moveTo('app');
    await admin(`ALTER DATABASE ${name} SET search_path TO app, public`);
    await endSessions();
    expect(await start(options)).toBe('up-to-date');
  });

  it('begins beside the one of another service', async () => {
    await start({ ...options, service: 'orders' });
    await moveTo('app');
    expect(await start(options)).toBe('applied');
    expect(await start(options)).toBe('up-to-date');
    expect(await effects()).toEqual(['one', 'one', 'two', 'two']);
  });

  it('is not begun anew where the user may no longer read it, unless the options say so', async () => {
    const user = `tenant_${randomBytes(4).toString('hex')}`;
    await start(options);
    await admin(`CREATE USER ${user} PASSWORD 'secret'`);
    try {
      await admin(`CREATE SCHEMA ${user} AUTHORIZATION ${user}`);
      await admin(`GRANT INSERT ON public.effect TO ${user}`);
      const url = Object.assign(new URL(direct), {
        pathname: `/${name}`,
        username: user,
        password: 'secret',
      });
      const theirs = { ...options, dataSource: { type: 'postgres', url: url.href } as const };
      expect(await messageOf(start(theirs))).toMatch(/^RightMissingError/);
      expect(await start({ ...theirs, tables: { schema: user } })).toBe('applied');
      expect(await effects()).toEqual(['one', 'one', 'two', 'two']);
    } finally {
      await admin(`DROP OWNED BY ${user} CASCADE`);
      await admin(`DROP USER ${user}`);
    }
  });

  it('is not begun anew in the schema to which the search_path of the role was moved', async () => {
    const user = `mover_${randomBytes(4).toString('hex')}`;
    await admin(`CREATE USER ${user} SUPERUSER PASSWORD 'secret'`);
    try {
      const url = Object.assign(new URL(direct), {
        pathname: `/${name}`,
        username: user,
        password: 'secret',
      });
      const theirs = { ...options, dataSource: { type: 'postgres', url: url.href } as const };
      await start(theirs);
      await admin('CREATE SCHEMA app');
      await admin(`ALTER ROLE ${user} IN DATABASE ${name} SET search_path TO app`);
      expect(await messageOf(start(theirs))).toMatch(/^HistoryElsewhereError/);
      expect(await effects()).toEqual(['one', 'two']);
    } finally {
      await admin(`DROP OWNED BY ${user} CASCADE`);
      await admin(`DROP USER ${user}`);
    }
  });

  it('is not begun anew where the DataSource asks for another schema, unless our own options do', async () => {
    await start(options);
    await admin('CREATE SCHEMA tenant');
    const asked: object[] = [{ schema: 'tenant' }];
    // PgBouncer takes no options.
    if (through === direct) asked.push({ extra: { options: '-c search_path=tenant' } });
    for (const more of asked) {
      const dataSource = { ...options.dataSource, ...more };
      expect(await messageOf(start({ ...options, dataSource }))).toMatch(
        /^HistoryElsewhereError: .*'public'/,
      );
    }
    expect(await effects()).toEqual(['one', 'two']);
  });

  it('is found where tables of another service are nearer', async () => {
    await start(options);
    await start({ ...options, service: 'orders', tables: { schema: await moveTo('app') } });
    expect(await messageOf(start(options))).toMatch(/^HistoryElsewhereError: .*"inventory".*'public'/);
    expect(await effects()).toEqual(['one', 'one', 'two', 'two']);
  });

  const leaks: [string, string[]][] = [
    ['search_path', ['SET search_path TO tenant']],
    ['search_path that leads nowhere', [`SELECT set_config('search_path', '', false)`]],
    ['role, which has a schema of its own', ['SET ROLE tenant']],
    [
      'temporary table of the same name',
      [
        'SET search_path TO public',
        'CREATE TEMPORARY TABLE IF NOT EXISTS flamingock_audit_heads (LIKE public.flamingock_audit_heads)',
      ],
    ],
  ];
  it.each(leaks)('is found from a connection of the pool with another %s', async (_, statements) => {
    await start(options);
    await admin('CREATE SCHEMA tenant');
    await admin('CREATE ROLE tenant').catch(() => undefined);
    await admin('GRANT ALL ON SCHEMA tenant TO tenant');
    await admin('GRANT ALL ON ALL TABLES IN SCHEMA public TO tenant');
    for (const isRead of [false, true]) {
      await withApplication(options, async ({ flamingock, dataSource }) => {
        if (isRead) expect((await flamingock.plan()).changes).toHaveLength(2);
        for (const statement of statements) await onEveryConnection(dataSource, POOL, statement);
        expect((await flamingock.plan()).changes.map(({ action }) => action)).toEqual(['SKIP', 'SKIP']);
        expect(await flamingock.audit.list()).toHaveLength(2);
        expect(await flamingock.audit.verify()).toMatchObject({ ok: true, entries: 4 });
        expect((await flamingock.execute()).status).toBe('up-to-date');
        expect((await flamingock.lock.status()).record).toMatchObject({ token: 1 });
        if (through !== direct) await onEveryConnection(dataSource, POOL, 'DISCARD ALL');
      });
    }
    expect(await effects()).toEqual(['one', 'two']);
  });

  it('is begun where sessions begin, not where a statement led', async () => {
    await admin('CREATE SCHEMA tenant');
    await withApplication(options, async ({ flamingock, dataSource }) => {
      await onEveryConnection(dataSource, POOL, 'SET search_path TO tenant');
      expect((await flamingock.execute()).status).toBe('applied');
      expect(await flamingock.audit.verify()).toMatchObject({ ok: true, entries: 4 });
      await onEveryConnection(dataSource, POOL, 'RESET search_path');
    });
    expect(await start(options)).toBe('up-to-date');
    expect(await effects()).toEqual(['one', 'two']);
  });

  it('keeps the proofs of a separate target where they are', async () => {
    const audit = await postgresDatabase(direct)();
    try {
      const separate = { ...options, target: options.dataSource, dataSource: audit.options.typeorm };
      expect(await start(separate)).toBe('applied');
      await moveTo('app');
      // A history that has lost the last entry asks the target.
      await audit.connection.query('DELETE FROM flamingock_audit_heads');
      await audit.connection.query('DELETE FROM flamingock_audit_entries');
      const message = await messageOf(start(separate));
      expect(message).toMatch(/HistoryElsewhereError: .*fence of service "inventory@/s);
      expect(message).toContain(`schema: 'public'`);
      expect(await effects()).toEqual(['one', 'two']);
    } finally {
      await audit.drop();
    }
  });

  it('is told apart from one that is not there', async () => {
    await withApplication(options, async ({ flamingock }) => {
      expect(await flamingock.audit.verify()).toEqual({
        ok: false,
        absent: true,
        seq: 0,
        fault: `there is no history of service "inventory" in table "flamingock_audit_heads" of schema "public" of database "${name}"`,
      });
      await flamingock.execute();
      expect(await flamingock.audit.verify()).toMatchObject({ ok: true });
    });
  });
};

await describeOn(['postgres'], 'a history on PostgreSQL', ({ postgres }) => onPostgres(postgres, postgres));
await describeOn(['postgres', 'pgbouncer'], 'a history through PgBouncer', ({ postgres, pgbouncer }) =>
  onPostgres(postgres, pgbouncer),
);

await describeOn(['mariadb'], 'a history on MariaDB', ({ mariadb }) => {
  let options: ApplicationOptions;
  let other: SqlDatabase;

  beforeEach(async () => {
    database = await mariadbDatabase(mariadb)();
    other = await mariadbDatabase(mariadb)();
    await database.createPlace('effect');
    options = {
      dataSource: { ...database.options.typeorm, poolSize: POOL } as ApplicationOptions['dataSource'],
      effects: `${String(database.connection.driver.database)}.effect`,
    };
  });
  afterEach(() => other.drop());

  it('is found and begun from connections of the pool that use another database', async () => {
    const use = `USE ${String(other.connection.driver.database)}`;
    for (const status of ['applied', 'up-to-date']) {
      await withApplication(options, async ({ flamingock, dataSource }) => {
        await onEveryConnection(dataSource, POOL, use);
        expect((await flamingock.execute()).status).toBe(status);
        expect((await flamingock.plan()).changes.map(({ action }) => action)).toEqual(['SKIP', 'SKIP']);
        expect(await flamingock.audit.verify()).toMatchObject({ ok: true, entries: 4 });
      });
    }
    expect(await start(options)).toBe('up-to-date');
    expect(await effects()).toEqual(['one', 'two']);
    expect(await other.entries('flamingock_')).toEqual([]);
  });

  it('is kept apart from the one in another database, which the options name', async () => {
    await start(options);
    await other.createPlace('effect');
    const dataSource = { ...other.options.typeorm };
    expect(await start({ ...options, dataSource })).toBe('applied');
    expect(await start(options)).toBe('up-to-date');
  });

  it('that was emptied runs nothing on a target that knows the one before', async () => {
    const target = options.dataSource;
    await start({ ...options, dataSource: other.options.typeorm, target });
    for (const table of ['audit_heads', 'audit_entries', 'locks'])
      await other.connection.query(`DELETE FROM flamingock_${table}`);
    const emptied = start({ ...options, dataSource: other.options.typeorm, target });
    expect(await messageOf(emptied)).toMatch(/^LostWritesError/);
    expect(await effects()).toEqual(['one', 'two']);
  });

  it('is another one in another database, also on a target that knows the one before', async () => {
    const anew = await mariadbDatabase(mariadb)();
    try {
      const target = options.dataSource;
      await start({ ...options, dataSource: other.options.typeorm, target });
      expect(await start({ ...options, dataSource: anew.options.typeorm, target })).toBe('applied');
      expect(await effects()).toEqual(['one', 'one', 'two', 'two']);
      expect(await start({ ...options, dataSource: other.options.typeorm, target })).toBe('up-to-date');
    } finally {
      await anew.drop();
    }
  });

  it('is told apart from one that is not there', async () => {
    const where = `table "flamingock_audit_heads" of database "${String(database.connection.driver.database)}"`;
    await withApplication(options, async ({ flamingock }) => {
      expect(await flamingock.audit.verify()).toMatchObject({
        ok: false,
        fault: `there is no history of service "inventory" in ${where}`,
      });
    });
  });
});
