import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { describeOn } from './describe-on.js';
import { serverUrl } from './server-url.js';
import { Terminal, gone, processesOf } from './terminal.js';

jest.setTimeout(120_000);

const terminals: Terminal[] = [];
function terminal(env?: NodeJS.ProcessEnv): Terminal {
  terminals.push(new Terminal(env));
  return terminals.at(-1)!;
}
afterEach(async () => {
  await Promise.all(terminals.splice(0).map((one) => one.close()));
});

const NOWHERE = '/nonexistent';
const INSTALL_POSTGRES =
  'PostgreSQL is missing: no program "initdb" in /nonexistent (POSTGRES_BIN); ' +
  'install postgresql, start Docker, or set POSTGRES_URL';

function urlIn(output: string, variable: string): string {
  return new RegExp(`^${variable}=(\\S+)`, 'm').exec(output)![1]!;
}

async function onPostgres(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function onMariadb(uri: string, sql: string): Promise<unknown> {
  const connection = await createConnection({ uri });
  try {
    return (await connection.query(sql))[0];
  } finally {
    connection.destroy();
  }
}

await describeOn(['postgres', 'mariadb', 'pgbouncer'], 'servers of a test run', (urls) => {
  it('are the same ones for every suite', async () => {
    expect(await serverUrl('postgres')).toBe(urls.postgres);
  });

  it('flush every commit', async () => {
    expect(await onPostgres(urls.postgres, 'SHOW synchronous_commit')).toEqual([
      { synchronous_commit: 'on' },
    ]);
    expect(await onMariadb(urls.mariadb, 'SELECT @@innodb_flush_log_at_trx_commit AS flush')).toEqual([
      { flush: 1 },
    ]);
  });

  it('allow databases and users of a suite', async () => {
    expect(
      await onPostgres(urls.postgres, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user'),
    ).toEqual([{ rolsuper: true }]);
    await onMariadb(urls.mariadb, `CREATE USER services_spec@'%'`);
    await onMariadb(urls.mariadb, `DROP USER services_spec@'%'`);
  });

  it('pool by transaction in front of the same PostgreSQL, for every database of it', async () => {
    const behind = new URL(urls.pgbouncer);
    behind.pathname = '/template1';
    const port = 'SELECT inet_server_port() AS port, current_database() AS name';
    const [direct] = await onPostgres(urls.postgres, port);
    expect(await onPostgres(behind.href, port)).toEqual([{ ...(direct as object), name: 'template1' }]);
  });
});

await describeOn(['mongodb', 'mongodbstandalone'], 'MongoDB servers', (urls) => {
  it.each([
    { name: 'mongodb', isMember: true },
    { name: 'mongodbstandalone', isMember: false },
  ] as const)('tell apart whether they can run transactions: $name', async ({ name, isMember }) => {
    const client = new mongo.MongoClient(urls[name]);
    const { setName } = await client.db('admin').command({ hello: 1 });
    await client.close();
    expect(setName !== undefined).toBe(isMember);
  });
});

await describeOn(['redis', 'rediscluster'], 'Redis servers', (urls) => {
  it.each(['redis', 'rediscluster'] as const)('write to disk before they answer: %s', async (name) => {
    const client = new Redis(urls[name]);
    expect(await client.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
    client.disconnect();
  });
});

await describeOn(['postgres', 'mariadb', 'pgbouncer'], 'npm run services', () => {
  it('keeps servers running until down, which leaves no process and no folder', async () => {
    const one = terminal();
    const { code, output } = await one.services('up', 'postgres', 'mariadb', 'pgbouncer');
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(await onPostgres(urlIn(output, 'POSTGRES_URL'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await onPostgres(urlIn(output, 'PGBOUNCER_URL'), 'SELECT 2 AS two')).toEqual([{ two: 2 }]);
    expect(await onMariadb(urlIn(output, 'MARIADB_URL'), 'SELECT 3 AS three')).toEqual([{ three: 3 }]);
    const folder = one.keptFolder();
    const processes = processesOf(folder);
    expect(processes).toHaveLength(4);
    expect((await one.services('status')).output).toContain(urlIn(output, 'MARIADB_URL'));
    expect(await one.services('down')).toEqual({ code: 0, output: 'The servers are stopped.\n' });
    await gone(folder, processes);
    expect((await one.services('status')).output).toBe(
      'No servers are kept running: npm run services -- up\n',
    );
  });

  it('starts no server twice', async () => {
    const one = terminal();
    const first = await one.services('up', 'postgres');
    const second = await one.services('up', 'postgres');
    expect(second.output).toBe(first.output);
    expect(processesOf(one.keptFolder())).toHaveLength(2);
  });

  it('does not disturb what another terminal keeps', async () => {
    const [one, other] = [terminal(), terminal()];
    const [first] = await Promise.all([one.services('up', 'postgres'), other.services('up', 'postgres')]);
    await other.services('down');
    expect(await onPostgres(urlIn(first.output, 'POSTGRES_URL'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('serves test runs, which leave it running', async () => {
    const one = terminal();
    const { output } = await one.services('up', 'postgres');
    expect(await one.test('needs-postgres.fixture.ts')).toMatchObject({ code: 0 });
    expect(processesOf(one.keptFolder())).toHaveLength(2);
    expect(await onPostgres(urlIn(output, 'POSTGRES_URL'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

await describeOn(['postgres', 'mariadb', 'redis', 'mongodb', 'kafka'], 'a run that is killed', () => {
  it('leaves nothing running', async () => {
    const run = terminal().start('test/support/services/fixtures/hold-servers.mjs');
    const [folder] = (await once(run.stdout.setEncoding('utf8'), 'data')) as [string];
    const processes = processesOf(folder);
    expect(processes).toHaveLength(3);
    run.kill('SIGKILL');
    await gone(folder, processes);
  });

  it('together with its keeper is cleaned up by down', async () => {
    const one = terminal();
    await one.services('up', 'postgres', 'mariadb', 'redis', 'mongodb', 'kafka');
    const folder = one.keptFolder();
    const processes = processesOf(folder);
    expect(processes).toHaveLength(6);
    process.kill(processes[0]!.pid, 'SIGKILL');
    const { output } = await one.services('down');
    expect(output).toContain(`Removed what a killed run left: ${folder}`);
    await gone(folder, processes);
  });
});

describe('a server that is missing', () => {
  it('is named with the reason and the remedy', async () => {
    const { code, output } = await terminal({ POSTGRES_BIN: NOWHERE }).services(
      'up',
      'postgres',
      'pgbouncer',
    );
    expect(code).toBe(1);
    expect(output).toContain(`# ${INSTALL_POSTGRES}\n`);
    expect(output).toContain(`# PgBouncer is missing: it needs postgres; ${INSTALL_POSTGRES}\n`);
  });

  it('skips its suites and says so last', async () => {
    const { code, output } = await terminal({ POSTGRES_BIN: NOWHERE }).test('needs-postgres.fixture.ts');
    expect(output).toContain('1 skipped, 1 passed');
    expect(output.trimEnd().split('\n').at(-1)).toBe(`Suites were not run: ${INSTALL_POSTGRES}`);
    expect(code).toBe(0);
  });

  it('fails its suites with CI set', async () => {
    const ci = terminal({ POSTGRES_BIN: NOWHERE, CI: 'true' });
    const { code, output } = await ci.test('needs-postgres.fixture.ts');
    expect(code).toBe(1);
    expect(output).toContain(INSTALL_POSTGRES);
  });
});

describe('a server that a run may do without', () => {
  it.each([
    ['is missing', NOWHERE, 'MySQL is missing: no program "mysqld" in /nonexistent (MYSQL_BIN)'],
    [
      'does not start',
      'test/support/services/fixtures/broken',
      'failed: exit code 3\nthe disk is made of cheese\n',
    ],
  ])('and that %s skips its suites, with CI set too, and is told last', async (_, MYSQL_BIN, reason) => {
    const ci = terminal({ MYSQL_BIN, CI: 'true' });
    const { code, output } = await ci.test('needs-mysql.fixture.ts');
    expect(output).toContain('1 skipped, 1 total');
    expect(output.slice(output.lastIndexOf('Suites were not run: '))).toContain(reason);
    expect(code).toBe(0);
  });

  it('must answer where a URL names it', async () => {
    const one = terminal({ MYSQL_URL: 'mysql://127.0.0.1:1/x', CI: 'true' });
    const { code, output } = await one.test('needs-mysql.fixture.ts');
    expect(output).toContain('MySQL at MYSQL_URL does not answer');
    expect(code).toBe(1);
  });
});

describe('a server that does not start', () => {
  it('fails with what its programs said', async () => {
    const { code, output } = await terminal({
      POSTGRES_BIN: 'test/support/services/fixtures/broken',
    }).services('up', 'postgres');
    expect(code).toBe(1);
    expect(output).toContain('# PostgreSQL does not start: ');
    expect(output).toContain('initdb failed: exit code 3\nthe disk is made of cheese\n');
  });
});

await describeOn(['postgres'], 'a URL in the environment', ({ postgres }) => {
  it('is used as it is, and what it names is not stopped', async () => {
    const one = terminal({ POSTGRES_URL: postgres, POSTGRES_BIN: NOWHERE });
    expect((await one.services('up', 'postgres')).output).toBe(
      `POSTGRES_URL=${postgres}  # PostgreSQL, from POSTGRES_URL\n`,
    );
    await one.services('down');
    expect(await onPostgres(postgres, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('gets a PgBouncer in front of it', async () => {
    const { output } = await terminal({ POSTGRES_URL: postgres }).services('up', 'pgbouncer');
    const port = 'SELECT inet_server_port() AS port';
    expect(await onPostgres(urlIn(output, 'PGBOUNCER_URL'), port)).toEqual(await onPostgres(postgres, port));
  });

  it('must answer', async () => {
    const one = terminal({ POSTGRES_URL: 'postgres://127.0.0.1:1/postgres' });
    const { code, output } = await one.services('up', 'postgres');
    expect(code).toBe(1);
    expect(output).toContain('PostgreSQL at POSTGRES_URL does not answer');
    expect(output).toContain('ECONNREFUSED');
  });
});

await describeOn(['postgres'], 'a Docker engine that answers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-docker-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A terminal with a `docker` that notes its commands. */
  function withDocker(name: string, env: NodeJS.ProcessEnv) {
    const log = join(folder, name);
    const PATH = `${resolve('test/support/services/fixtures/docker')}${delimiter}${process.env['PATH']}`;
    const one = terminal({ SERVICES_FROM: '', PATH, FAKE_DOCKER_LOG: log, ...env });
    const commands = () => readFileSync(log, 'utf8').trim().split('\n');
    return { one, commands: () => commands().map((line) => line.split('compose.yml ').at(-1)) };
  }

  it('is used before installed programs, and its faults are shown', async () => {
    const { one, commands } = withDocker('fault', { FAKE_DOCKER_FAULT: 'no such image' });
    const { code, output } = await one.services('up', 'postgres');
    expect(code).toBe(1);
    expect(output).toContain('PostgreSQL does not start: docker compose --project-name flamingock-services-');
    expect(output).toContain('no such image');
    expect(output).toContain('SERVICES_FROM=packages');
    await one.services('down');
    expect(commands()).toEqual([
      'info --format {{.ServerVersion}}',
      'compose version',
      'up --detach --wait --wait-timeout 300 postgres',
      'down --volumes --remove-orphans --timeout 2',
    ]);
  });

  it('says where a container answers', async () => {
    // Stands for the container: a PostgreSQL with the password of compose.yml.
    const { output } = await terminal().services('up', 'postgres');
    const container = urlIn(output, 'POSTGRES_URL');
    await onPostgres(container, `ALTER ROLE flamingock PASSWORD 'flamingock'`);
    const { host } = new URL(container);
    const { one, commands } = withDocker('container', { FAKE_DOCKER_ADDRESS: host, POSTGRES_BIN: NOWHERE });
    expect((await one.services('up', 'postgres')).output).toBe(
      `POSTGRES_URL=postgres://flamingock:flamingock@${host}/postgres  # PostgreSQL, from docker\n`,
    );
    expect(commands().at(-1)).toBe('port postgres 5432');
  });
});
