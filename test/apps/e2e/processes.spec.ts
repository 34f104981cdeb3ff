import { FileNotes } from '../../support/file-notes.js';
import { describeOn } from '../../support/services/describe-on.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase, CreateTarget, TestDatabase, TestTarget } from '../../support/test-database.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { withApplication } from './boot.js';
import { runInstance, startInstance } from './fixture-process.js';
import { Workspace } from './workspace.js';

/** For one that is to die or to pause: short, so that nobody waits long for it. */
const LEASE = { lock: { leaseMs: 2_000 } };

/** Settles once `condition` holds. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

function processSuite(createAudit: CreateDatabase, createTarget?: CreateTarget): void {
  let workspace: Workspace<TestDatabase, TestTarget>;
  beforeEach(async () => (workspace = await Workspace.open(createAudit, createTarget)));
  afterEach(() => workspace.remove());

  it('apply each change once and all end well when four start together', async () => {
    const exits = await Promise.all(Array.from({ length: 4 }, () => runInstance(workspace.options)));
    expect(exits.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(4).fill({ code: 0, stderr: '' }),
    );
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
    expect(workspace.outboxLines()).toEqual(['published by publish', 'warm']);
    expect(exits.filter(({ report }) => report?.status === 'applied')).toHaveLength(1);
    expect(await workspace.history()).toHaveLength(8);
  });

  it('leave nothing of a transactional change that one is killed in, and the next applies it', async () => {
    const options = { ...workspace.options, settings: LEASE };
    const killed = await runInstance({ ...options, behaviour: 'kill:inside the transaction' });
    expect(killed.signal).toBe('SIGKILL');
    const next = await runInstance(workspace.options);
    expect(next.stderr).toBe('');
    expect(next.report?.status).toBe('applied');
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
  });

  it('know of a change that one was killed right after, without running it again', async () => {
    const options = { ...workspace.options, settings: LEASE };
    await runInstance({ ...options, killBefore: 'EXECUTED' });
    const next = await runInstance(workspace.options);
    expect(next.stderr).toBe('');
    expect(next.report?.status).toBe('applied');
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
    // In one database the kill comes before the common commit; in two, after the target's.
    const reconciled = next.report?.changes.filter(({ result }) => result === 'reconciled');
    expect(reconciled?.map(({ changeId }) => changeId)).toEqual(createTarget ? ['first-notes'] : []);
  });

  it('stop and say what to do where one was killed inside a non-transactional change', async () => {
    const options = { ...workspace.options, settings: LEASE };
    await runInstance({ ...options, behaviour: 'kill:half of publish' });
    const next = await runInstance(workspace.options);
    expect(next.code).toBe(1);
    expect(next.stderr).toContain(
      'Change "publish" (stage "e2e", target system "outbox") needs a manual check',
    );
    expect(next.stderr).toContain('Recorded state: STARTED');
    expect(next.stderr).toContain(
      'npx --no @nestjs-flamingock/cli audit fix -c publish --resolution ROLLED_BACK',
    );
    expect(workspace.outboxLines()).toEqual(['published by publish']);
  });

  it('say so where a change ends the process, whose exit code says that all is well', async () => {
    const options = { ...workspace.options, settings: LEASE };
    const exit = await runInstance({ ...options, behaviour: 'exit:half of publish' });
    expect(exit).toMatchObject({ code: 0, signal: null, report: undefined });
    expect(exit.stderr).toMatch(/The process ends \(exit code 0\) while service "\w+" is at work/);
    expect((await workspace.history()).at(-1)).toBe('publish:STARTED');
  });

  it('run a change again that one was killed in and that allows it', async () => {
    const options = { ...workspace.options, settings: LEASE };
    await runInstance({ ...options, behaviour: 'kill:half of warm-up' });
    const next = await runInstance(workspace.options);
    expect(next.report?.status).toBe('applied');
    expect(workspace.outboxLines()).toEqual(['published by publish', 'warm', 'warm']);
  });

  it('go on with a change made of steps where one was killed in the middle of a step', async () => {
    workspace.isStepwise = true;
    const options = { ...workspace.options, settings: LEASE };
    const killed = await runInstance({ ...options, behaviour: 'kill:parcel green' });
    expect(killed.signal).toBe('SIGKILL');
    const next = await runInstance(workspace.options);
    expect(next.stderr).toBe('');
    expect(next.report?.changes.at(-1)).toMatchObject({
      result: 'executed',
      reason: 'it goes on without running again what it has completed: "list", "red"',
    });
    const sent = workspace.outboxLines().filter((line) => line.includes('parcel'));
    expect(sent).toEqual(['parcel red', 'parcel green', 'parcel blue']);
    const states = (await workspace.history()).filter((entry) => entry.startsWith('parcels:'));
    expect(states).toEqual(['parcels:STARTED', 'parcels:STARTED', 'parcels:EXECUTED']);
  });

  it('take back the steps of a change that fails, and run them all again', async () => {
    workspace.isStepwise = true;
    const failed = await runInstance({ ...workspace.options, behaviour: 'throw:parcel green' });
    expect(failed.stderr).toContain('told to fail at parcel green');
    expect((await workspace.history()).at(-1)).toBe('parcels:ROLLED_BACK');
    expect(workspace.outboxLines().slice(-2)).toEqual(['no parcel green', 'no parcel red']);
    expect((await runInstance(workspace.options)).report?.status).toBe('applied');
    expect(workspace.outboxLines().slice(-3)).toEqual(['parcel red', 'parcel green', 'parcel blue']);
  });

  it('have no issue while one is at work, and one as soon as its lease is over', async () => {
    const options = { ...workspace.options, settings: LEASE };
    const issues = () => withApplication(options, (flamingock) => flamingock.issues.list());
    const isHeld = () =>
      withApplication(options, async (flamingock) => (await flamingock.lock.status()).held);
    const instance = startInstance({ ...options, behaviour: 'hang:half of publish' });
    await until(() => workspace.outboxLines().includes('hanging at half of publish'));
    expect(await issues()).toEqual([]);
    instance.kill('SIGKILL');
    await instance.exit;
    await until(async () => !(await isHeld()));
    expect(await issues()).toMatchObject([{ changeId: 'publish', state: 'STARTED' }]);
  });

  it('give up the running change on SIGTERM, record it, free the lock and end by the signal', async () => {
    const options = { ...workspace.options, settings: { timeouts: { graceMs: 50 } } };
    const instance = startInstance({ ...options, behaviour: 'hang:half of publish' });
    await until(() => workspace.outboxLines().includes('hanging at half of publish'));
    instance.kill('SIGTERM');
    expect(await instance.exit).toMatchObject({ signal: 'SIGTERM' });
    expect((await workspace.history()).at(-1)).toBe('publish:EXECUTION_FAILED');
    expect((await workspace.lock()).isFree).toBe(true);
  });

  it('go by the clock of the database, whatever their own says', async () => {
    const options = { ...workspace.options, settings: LEASE };
    const holder = startInstance({ ...options, behaviour: 'hang:half of warm-up' });
    await until(() => workspace.outboxLines().includes('hanging at half of warm-up'));
    const impatient = { ...options, settings: { lock: { ...LEASE.lock, waitMs: 200 } } };
    expect((await runInstance(impatient, 'ahead')).stderr).toContain('LockTimeoutError');
    holder.kill('SIGKILL');
    await holder.exit;
    expect((await runInstance(workspace.options, 'ahead')).report?.status).toBe('applied');
    const inAnHour = Date.now() + 3_600_000;
    const times = (await workspace.entries()).map(({ createdAt }) => Date.parse(createdAt));
    expect(times.filter((time) => time > inAnHour)).toEqual([]);
  });

  it.each(['half of warm-up', 'inside the transaction'])(
    'change nothing after a pause past the lease, and say that the lock is lost: %s',
    async (point) => {
      // While SQLite's one transaction is open nobody can take over: pause elsewhere.
      const reached = workspace.audit.hasOneWriter ? 'half of warm-up' : point;
      const options = { ...workspace.options, settings: LEASE };
      // It stops itself, and not in the middle of a heartbeat's write to a file that nobody else can write then.
      const stopped = startInstance({ ...options, behaviour: `stop:${reached}` });
      await stopped.stopped();
      const next = await runInstance(workspace.options);
      expect(next.stderr).toBe('');
      expect(next.report?.status).toBe('applied');
      const after = await workspace.history();
      stopped.kill('SIGCONT');
      const exit = await stopped.exit;
      expect(exit.code).toBe(1);
      expect(exit.stderr).toContain('Lost the lock');
      expect(await workspace.history()).toEqual(after);
      expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
    },
  );
}

/** Only where a server can end a transaction whose client hangs. */
function hungCommitSuite(createAudit: CreateDatabase): void {
  it('end the transaction of one that is stopped between its append and its commit', async () => {
    const workspace = await Workspace.open(createAudit);
    const options = { ...workspace.options, settings: LEASE };
    const stopped = startInstance({ ...options, stopAfter: 'EXECUTED' });
    await stopped.stopped();
    const next = await runInstance(workspace.options);
    expect(next.stderr).toBe('');
    expect(next.report?.status).toBe('applied');
    const after = await workspace.history();
    stopped.kill('SIGCONT');
    const exit = await stopped.exit;
    expect(exit.code).toBe(1);
    expect(exit.stderr).toContain('Lost the lock');
    expect(await workspace.history()).toEqual(after);
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
    await workspace.remove();
  });
}

describe('processes on one SQLite file', () => processSuite(sqliteFile));
describe('processes on two SQLite files', () => processSuite(sqliteFile, sqliteFile));
describe('processes on an SQLite file and a folder', () => processSuite(sqliteFile, FileNotes.in()));
await describeOn(['postgres'], 'processes on PostgreSQL', ({ postgres }) => {
  processSuite(postgresDatabase(postgres));
  hungCommitSuite(postgresDatabase(postgres));
});
await describeOn(['mariadb'], 'processes on MariaDB', ({ mariadb }) => {
  processSuite(mariadbDatabase(mariadb));
  hungCommitSuite(mariadbDatabase(mariadb));
});
await describeOn(['mysql'], 'processes on MySQL', ({ mysql }) => {
  processSuite(mariadbDatabase(mysql));
  hungCommitSuite(mariadbDatabase(mysql));
});
await describeOn(['postgres', 'pgbouncer'], 'processes through PgBouncer', ({ postgres, pgbouncer }) => {
  processSuite(postgresDatabase(postgres, pgbouncer));
  hungCommitSuite(postgresDatabase(postgres, pgbouncer));
});
await describeOn(['postgres', 'mariadb'], 'processes on PostgreSQL with changes of MariaDB', (urls) =>
  processSuite(postgresDatabase(urls.postgres), mariadbDatabase(urls.mariadb)),
);
await describeOn(['postgres'], 'processes on two databases of PostgreSQL', ({ postgres }) =>
  processSuite(postgresDatabase(postgres), postgresDatabase(postgres)),
);
await describeOn(['postgres'], 'processes on SQLite with changes of PostgreSQL', ({ postgres }) =>
  processSuite(sqliteFile, postgresDatabase(postgres)),
);
await describeOn(['mongodb'], 'processes on MongoDB', ({ mongodb }) => {
  processSuite(mongoDatabase(mongodb));
  hungCommitSuite(mongoDatabase(mongodb));
});
await describeOn(['mongodb'], 'processes on two databases of MongoDB', ({ mongodb }) =>
  processSuite(mongoDatabase(mongodb), mongoDatabase(mongodb)),
);
await describeOn(['postgres', 'mongodb'], 'processes on PostgreSQL with changes of MongoDB', (urls) =>
  processSuite(postgresDatabase(urls.postgres), mongoDatabase(urls.mongodb)),
);
await describeOn(['postgres', 'mongodb'], 'processes on MongoDB with changes of PostgreSQL', (urls) =>
  processSuite(mongoDatabase(urls.mongodb), postgresDatabase(urls.postgres)),
);
