import type { FlamingockSettings, ProcessRole } from '@nestjs-flamingock/core';
import { postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import { describeOn } from '../../support/services/describe-on.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { withApplication } from './boot.js';
import type { FixtureOptions } from './fixtures/app.module.js';
import { ServingProcess } from './serving-process.js';
import { Workspace } from './workspace.js';

const FLEET = 16;
const ROLLBACK_FAILS = 'throw:half of publish,throw:rollback of publish';

function roleSuite(createAudit: CreateDatabase): void {
  let workspace: Workspace;
  let started: ServingProcess[];

  beforeEach(async () => {
    workspace = await Workspace.open(createAudit);
    started = [];
  });

  afterEach(async () => {
    for (const one of started) if (!one.ended) one.kill('SIGKILL');
    await Promise.all(started.map(({ exit }) => exit));
    await workspace.remove();
  });

  function start(
    role: ProcessRole,
    options: Partial<FixtureOptions> = {},
    settings: FlamingockSettings = {},
  ): ServingProcess {
    const one = new ServingProcess({ ...workspace.options, ...options, settings: { role, ...settings } });
    started.push(one);
    return one;
  }

  it('apply and end with 0 without serving, or wait as long as it takes and then serve', async () => {
    // It stands still for as long as the others need to start, which must not end its lease.
    const job = start('execute', { behaviour: 'stop:half of publish' }, { lock: { leaseMs: 120_000 } });
    await job.stopped();
    const fleet = Array.from({ length: FLEET }, (_, index) => start(index % 2 === 0 ? 'wait' : 'both'));
    const waiting = fleet.filter((_, index) => index % 2 === 0);
    await Promise.all(waiting.map((one) => one.awaits(({ holder }) => holder?.pid === job.pid)));
    expect(fleet.map(({ url, ended }) => url ?? ended)).toEqual(Array(FLEET).fill(undefined));
    job.kill('SIGCONT');
    const { code, output } = await job.exit;
    await Promise.all(fleet.map((one) => one.serves()));
    expect(code).toBe(0);
    expect(job.url).toBeUndefined();
    expect(output).toMatch(/ends here, with exit code 0/);
    expect(workspace.outboxLines()).toEqual(['published by publish', 'warm']);
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
    expect(fleet.map(({ ended }) => ended)).toEqual(Array(FLEET).fill(undefined));
  }, 180_000);

  it('wait, before there is any table, and make none', async () => {
    const waiter = start('wait');
    await waiter.awaits(({ pending }) => pending.length === 4);
    expect(await workspace.history().catch(() => [])).toEqual([]);
    const job = start('execute');
    expect((await job.exit).code).toBe(0);
    await waiter.serves();
  });

  it('stay alive with the issue as their reason where the job fails, and go on after a fix and another job', async () => {
    const former = { changeCount: 1 };
    expect((await start('execute', former).exit).code).toBe(0);
    const waiter = start('wait');
    await waiter.awaits(({ pending }) => pending.length === 3);
    const failed = await start('execute', { behaviour: ROLLBACK_FAILS }).exit;
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('audit fix -c publish');
    await waiter.awaits(({ issues }) => issues.some(({ changeId }) => changeId === 'publish'));
    await waiter.prints(/WARN.*Waiting for 3 changes.*issue get -c publish --guidance/s);
    // The version before, which all of its changes are applied for.
    const [old, oldWaiter] = [start('both', former), start('wait', former)];
    await Promise.all([old.serves(), oldWaiter.serves()]);
    await withApplication(workspace.options, (flamingock) =>
      flamingock.audit.fix(
        { changeId: 'publish', resolution: 'ROLLED_BACK' },
        { actor: 'ops', reason: 'test' },
      ),
    );
    await waiter.awaits(({ issues, holder }) => issues.length === 0 && !holder);
    expect((await start('execute').exit).code).toBe(0);
    await waiter.serves();
    expect(started.map(({ ended }) => ended?.code)).toEqual([0, undefined, 1, undefined, undefined, 0]);
  });

  it('end at once on SIGTERM while they wait, and say that they only waited', async () => {
    const waiter = start('wait');
    await waiter.awaits(({ pending }) => pending.length === 4);
    waiter.kill('SIGTERM');
    const { signal, output } = await waiter.exit;
    expect(signal).toBe('SIGTERM');
    expect(output).toMatch(
      /received SIGTERM\. It had waited \d+ ms for another process to apply "first-notes", "publish", .*nothing was run here/,
    );
  });

  it('give up after lock.waitMs, with exit code 1 and the next command', async () => {
    const { code, output } = await start('wait', {}, { lock: { waitMs: 500 } }).exit;
    expect(code).toBe(1);
    expect(output).toMatch(/AwaitTimeoutError: Waited \d+ ms .*`npx --no @nestjs-flamingock\/cli execute`/);
  });
}

describe('processes by their role, on one SQLite file', () => roleSuite(sqliteFile));
await describeOn(['postgres'], 'processes by their role, on PostgreSQL', ({ postgres }) =>
  roleSuite(postgresDatabase(postgres)),
);
