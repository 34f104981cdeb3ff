import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeFailedError,
  UnapprovedChangesError,
  type ExecutionReport,
  type FlamingockService,
  type FlamingockSettings,
} from '@nestjs-flamingock/core';
import { AlertReceiver, WEBHOOK_SECRETS } from '../../apps/e2e/alert-receiver.js';
import { boot, withApplication } from '../../apps/e2e/boot.js';
import type { FixtureOptions } from '../../apps/e2e/fixtures/app.module.js';
import { approveAll } from '../../apps/e2e/fixtures/approve-all.js';
import { runInstance, startInstance } from '../../apps/e2e/fixture-process.js';
import { describeOn } from '../../support/services/describe-on.js';
import { mariadbDatabase, postgresDatabase, type SqlDatabase } from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { RestrictedDatabase, RIGHTS } from './restricted-user.js';

const LEASE = { lock: { leaseMs: 1_000 } };
const TARGET_TABLES = ['flamingock_fences', 'flamingock_markers'];
/** Of decisions, alerts and the rest beside the history; a plain run writes none. */
const RECORDS = 'flamingock_records';

/** Does `work` with an application of the fixture that runs nothing by itself. */
const operate = <T>(
  options: FixtureOptions,
  work: (flamingock: FlamingockService) => Promise<T>,
): Promise<T> => withApplication({ ...options, settings: LEASE }, work);

function suite(create: CreateDatabase<SqlDatabase>, isSeparate: boolean): void {
  let folder: string;
  let audit: RestrictedDatabase;
  let notes: RestrictedDatabase;
  let options: FixtureOptions;
  const receiver = new AlertReceiver();
  const outbox = () => readFileSync(options.outbox, 'utf8');

  beforeAll(async () => {
    await receiver.listen();
    folder = mkdtempSync(join(tmpdir(), 'flamingock-rights-'));
    audit = await RestrictedDatabase.open(create);
    notes = isSeparate ? await RestrictedDatabase.open(create) : audit;
    options = {
      audit: audit.options,
      ...(isSeparate && { notes: notes.options }),
      outbox: join(folder, 'outbox.txt'),
    };
  });
  beforeEach(async () => {
    await audit.empty();
    await notes.empty();
    rmSync(options.outbox, { force: true });
  });
  afterAll(async () => {
    await receiver.leave();
    if (isSeparate) await notes.remove();
    await audit.remove();
    rmSync(folder, { recursive: true });
  });

  const failAt = (...points: string[]): FixtureOptions => ({
    ...options,
    onReach: (point) =>
      points.includes(point) ? Promise.reject(new Error(`no ${point}`)) : Promise.resolve(),
  });

  it('is enough to apply, to fail, to settle an issue, to undo and to verify', async () => {
    await expect(boot(failAt('inside the transaction'))).rejects.toBeInstanceOf(ChangeFailedError);
    expect(await notes.owner.values('note')).toEqual([]);
    await expect(boot(failAt('half of publish', 'rollback of publish'))).rejects.toBeInstanceOf(
      ChangeFailedError,
    );
    await operate(options, async (flamingock) => {
      expect(await flamingock.issues.list()).toHaveLength(1);
      await flamingock.audit.fix({ changeId: 'publish' }, { actor: 'ann', reason: 'test' });
      const { status, warnings } = await flamingock.execute();
      expect({ status, warnings }).toEqual({
        status: 'applied',
        warnings: [],
      });
      expect((await flamingock.undo({ changeId: 'publish' }, { reason: 'test' })).status).toBe('undone');
      expect(await flamingock.audit.verify()).toMatchObject({ ok: true });
      expect((await flamingock.execute()).status).toBe('applied');
    });
    expect((await boot(options)).status).toBe('up-to-date');
    expect(await notes.owner.values('note')).toEqual(['one', 'three', 'two']);
  });

  it('is enough to approve, to work on an issue, and to tell of it', async () => {
    const settings: FlamingockSettings = { approvals: { require: [{ target: 'outbox', count: 1 }] } };
    const guarded: FixtureOptions = {
      ...failAt('half of publish', 'rollback of publish'),
      settings,
      alerts: { url: receiver.url, secrets: WEBHOOK_SECRETS },
    };
    await expect(boot(guarded)).rejects.toBeInstanceOf(UnapprovedChangesError);
    await withApplication(guarded, (flamingock) => approveAll(flamingock, 'ann'));
    await expect(boot(guarded)).rejects.toBeInstanceOf(ChangeFailedError);
    await withApplication(guarded, async ({ issues, alerts, audit }) => {
      await issues.decide({ kind: 'comment', changeId: 'publish' }, { actor: 'ann', reason: 'looking' });
      await alerts.deliver();
      const told = (await alerts.list()).flatMap(({ deliveries }) => deliveries.map(({ state }) => state));
      expect(new Set(told)).toEqual(new Set(['delivered']));
      expect(await audit.verify()).toMatchObject({ ok: true, decisions: 3 });
    });
    expect(receiver.told).toEqual(
      expect.arrayContaining([
        'approval-wanted.opened publish',
        'approval-wanted.resolved publish',
        'issue.opened publish',
      ]),
    );
  });

  it.each(RIGHTS[RECORDS]!.filter((right) => right !== 'DELETE'))(
    'is not enough to approve without %s on the records, which is said',
    async (right) => {
      const settings: FlamingockSettings = { approvals: { require: [{ target: 'outbox', count: 1 }] } };
      const guarded = { ...options, settings };
      await boot(guarded).catch(() => undefined);
      await audit.revoke(right, RECORDS);
      try {
        const approving = withApplication(guarded, (flamingock) => approveAll(flamingock, 'ann'));
        const told = await approving.then(() => 'approved', messageOf);
        expect(told).toContain(RECORDS);
        expect(told).toMatch(/denied/);
      } finally {
        await audit.grant(right, RECORDS);
      }
      await withApplication(guarded, (flamingock) => approveAll(flamingock, 'ann'));
      expect((await boot(guarded)).status).toBe('applied');
    },
  );

  it('is enough to release the lock of one that is gone', async () => {
    const lock = { leaseMs: 60_000 };
    await runInstance({ ...options, behaviour: 'kill:half of warm-up', settings: { lock } });
    await operate(options, async (flamingock) => {
      const { held, record } = await flamingock.lock.status();
      expect(held).toBe(true);
      expect(await flamingock.lock.release({ token: record!.token }, { reason: 'test' })).toBe(true);
      expect((await flamingock.execute()).status).toBe('applied');
    });
  });

  it('is enough to take over from one that hangs in a transaction, and to end that', async () => {
    const stopped = startInstance({ ...options, settings: LEASE, behaviour: 'hang:inside the transaction' });
    while (!outboxHas('hanging')) await new Promise((resolve) => setTimeout(resolve, 10));
    stopped.kill('SIGSTOP');
    const next = await runInstance({ ...options, settings: LEASE });
    stopped.kill('SIGCONT');
    expect(next.stderr).toBe('');
    expect(next.report?.status).toBe('applied');
    expect((await stopped.exit).stderr).toContain('Lost the lock');
    expect(await notes.owner.values('note')).toEqual(['one', 'three', 'two']);
  });

  function outboxHas(text: string): boolean {
    try {
      return outbox().includes(text);
    } catch {
      return false;
    }
  }

  const needed = Object.entries(RIGHTS)
    .filter(([table]) => TARGET_TABLES.includes(table) === isSeparate && table !== RECORDS)
    .flatMap(([table, rights]) => rights.map((right) => [right, table] as const));

  it.each(needed)('is not enough without %s on %s, which is said', async (right, table) => {
    const holder = isSeparate ? notes : audit;
    await holder.revoke(right, table);
    try {
      // Markers of a run are tidied up by the next one, when all is done; everything else fails before any of it is.
      const isDone = right === 'DELETE';
      if (isDone) await boot({ ...options, changeCount: 1 });
      const told = await boot(options).then(warningsOf, messageOf);
      expect(told).toContain(table);
      expect(told).toMatch(/denied/);
      expect(await notes.owner.values('note')).toEqual(isDone ? ['one', 'three', 'two'] : []);
    } finally {
      await holder.grant(right, table);
    }
    expect((await boot(options)).status).toBe(right === 'DELETE' ? 'up-to-date' : 'applied');
  });
}

const warningsOf = ({ warnings }: ExecutionReport) => warnings.join('\n');
const messageOf = ({ message }: Error) => message;

await describeOn(['postgres'], 'a user of PostgreSQL with the documented rights', ({ postgres }) => {
  describe('in one database', () => suite(postgresDatabase(postgres), false));
  describe('in a target of its own', () => suite(postgresDatabase(postgres), true));
});

await describeOn(['mariadb'], 'a user of MariaDB with the documented rights', ({ mariadb }) => {
  describe('in one database', () => suite(mariadbDatabase(mariadb), false));
  describe('in a target of its own', () => suite(mariadbDatabase(mariadb), true));
});

await describeOn(['mysql'], 'a user of MySQL with the documented rights', ({ mysql }) => {
  describe('in one database', () => suite(mariadbDatabase(mysql), false));
  describe('in a target of its own', () => suite(mariadbDatabase(mysql), true));
});
