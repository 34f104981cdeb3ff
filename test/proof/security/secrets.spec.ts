import type { DatabaseOptions } from '../../support/fixtures/database.js';
import { environmentOf, fixture, flamingock, type Ended } from '../../apps/cli/flamingock.js';
import { describeOn } from '../../support/services/describe-on.js';

/** Everything that a command says of an application on a database that it cannot use. */
async function said(module: string, audit?: DatabaseOptions): Promise<Ended> {
  const env = audit && environmentOf({ audit, outbox: '/dev/null' });
  return flamingock(['-m', fixture(module), 'plan', '--json', '--verbose'], { ...(env && { env }) });
}

const mongo = (uri: string): DatabaseOptions => ({ mongoose: { uri, dbName: 'x' } });
const sql = (type: 'postgres' | 'mariadb', url: string): DatabaseOptions => ({ typeorm: { type, url } });

async function expectNoSecret(audit: DatabaseOptions): Promise<void> {
  const { code, stdout, stderr } = await said('app.mjs', audit);
  expect(code).toBe(1);
  expect(stderr).toContain('✖');
  expect(stdout + stderr).not.toMatch(/s3|cret(?!s)/);
  const { error } = JSON.parse(stdout) as { error: { name: string; message: string } };
  expect(error.name).toBe('ApplicationStartError');
}

describe('the secret of a database that cannot be reached is not told', () => {
  it.each([
    'mongodb://app:s3cret@127.0.0.1:1/?serverSelectionTimeoutMS=200',
    'mongodb://app:s3cret@127.0.0.1:99999/',
    'mongodb://app:s3/cr@et@127.0.0.1:1/?serverSelectionTimeoutMS=200',
    'mongodb+srv://app:s3cret@cluster.invalid/?serverSelectionTimeoutMS=200',
  ])('%s', (uri) => expectNoSecret(mongo(uri)));

  it.each([
    ['postgres', 'postgres://app:s3cret@127.0.0.1:1/x'],
    ['postgres', 'postgres://app:s3cret@127.0.0.1:99999/x'],
    ['mariadb', 'mariadb://app:s3cret@127.0.0.1:1/x'],
  ] as const)('of %s: %s', (type, url) => expectNoSecret(sql(type, url)));
});

await describeOn(
  ['postgres', 'mariadb'],
  'the secret that a server refuses is not told',
  ({ postgres, mariadb }) => {
    const refused = (url: string) => Object.assign(new URL(url), { password: 's3cret' }).href;
    it('PostgreSQL', () => expectNoSecret(sql('postgres', refused(postgres))));
    it('MariaDB', () => expectNoSecret(sql('mariadb', refused(mariadb))));
  },
);

it('masks what an application logs and throws, causes and members included', async () => {
  const { stdout, stderr } = await said('leaking.mjs');
  expect(stdout + stderr).not.toContain('s3cret');
  expect(stderr).toContain('cannot reach postgres://app:***@db.example:5432/x');
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      message: expect.stringMatching(/connect postgres:\/\/app:\*\*\*@db\.example:5432\/x; password=\*\*\*/),
    },
  });
});
