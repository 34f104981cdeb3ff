import { jest } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnapprovedChangesError, type FlamingockSettings } from '@nestjs-flamingock/core';
import { AlertReceiver, WEBHOOK_SECRETS } from '../../apps/e2e/alert-receiver.js';
import { approveAll } from '../../apps/e2e/fixtures/approve-all.js';
import { boot, withApplication } from '../../apps/e2e/boot.js';
import type { FixtureOptions } from '../../apps/e2e/fixtures/app.module.js';
import type { InstanceOptions } from '../../apps/e2e/fixtures/main.js';
import { runInstance } from '../../apps/e2e/fixture-process.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import { describeOn } from '../../support/services/describe-on.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import { recordsIn, recordsOfCollection, type RecordsAccess } from '../tampering/stored-records.js';

jest.setTimeout(3_600_000);

/** Kills at one point of so many. */
const STRIDE = Number(process.env['CRASH_STRIDE'] ?? 11);
const GUARDED: FlamingockSettings = { approvals: { require: [{ target: 'outbox', count: 2 }] } };

/** Kills an instance at its `at`-th point; `undefined` where it passes fewer, and came to its end. */
async function pointOfDeath(instance: InstanceOptions, at: number): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-crash-'));
  const log = join(folder, 'points.txt');
  try {
    const { code, stderr } = await runInstance({
      ...instance,
      interruption: { at, signal: 'SIGKILL', log },
    });
    const points = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
    if (code !== null && code !== 0) throw new Error(stderr);
    return points[at];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function crashSuite<T extends TestDatabase>(
  create: CreateDatabase<T>,
  accessTo: (database: T) => RecordsAccess,
): void {
  /** Tries each point in a workspace of its own, until an instance passes them all; which there were. */
  async function pointsOf(
    attempt: (workspace: Workspace<T>, at: number) => Promise<string | undefined>,
  ): Promise<string[]> {
    const passed: string[] = [];
    for (let at = 0; ; at += STRIDE) {
      const workspace = await Workspace.open(create);
      try {
        const point = await attempt(workspace, at);
        if (point === undefined) return passed;
        passed.push(point);
      } finally {
        await workspace.remove();
      }
    }
  }

  it('counts an approval once whose process was killed, whether it is given again or not', async () => {
    const points = await pointsOf(async (workspace, at) => {
      const options: FixtureOptions = { ...workspace.options, settings: GUARDED };
      const point = await pointOfDeath({ ...options, operation: 'approve as ann' }, at);
      expect(await boot(options).catch((error: unknown) => error)).toBeInstanceOf(UnapprovedChangesError);
      await withApplication(options, (flamingock) => approveAll(flamingock, 'ann'));
      expect(await boot(options).catch((error: unknown) => error)).toBeInstanceOf(UnapprovedChangesError);
      expect(workspace.outboxLines()).toEqual([]);
      await withApplication(options, (flamingock) => approveAll(flamingock, 'bob'));
      expect((await boot(options)).status).toBe('applied');
      expect(workspace.outboxLines()).toEqual(['published by publish', 'warm']);
      expect(await withApplication(options, ({ audit }) => audit.verify())).toMatchObject({ ok: true });
      return point;
    });
    expect(points.length).toBeGreaterThan(20 / STRIDE);
  });

  it('tells of an issue under one id, whose delivery was killed, and of its end once', async () => {
    const points = await pointsOf(async (workspace, at) => {
      const receiver = new AlertReceiver();
      await receiver.listen();
      try {
        const behaviour = 'throw:half of publish,throw:rollback of publish';
        await boot({ ...workspace.options, behaviour }).catch(() => undefined);
        const options: FixtureOptions = {
          ...workspace.options,
          alerts: { url: receiver.url, secrets: WEBHOOK_SECRETS },
        };
        const point = await pointOfDeath({ ...options, operation: 'deliver alerts' }, at);
        await endLeaseOfAlerts(accessTo(workspace.audit));
        const deliver = () => withApplication(options, ({ alerts }) => alerts.deliver());
        await deliver();
        const told = receiver.events.length;
        expect([1, 2]).toContain(told);
        expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(1);
        await deliver();
        expect(receiver.events).toHaveLength(told);
        await withApplication(options, ({ audit }) =>
          audit.fix({ changeId: 'publish', resolution: 'EXECUTED' }, { actor: 'ann', reason: 'looked' }),
        );
        await deliver();
        expect(receiver.told.slice(told)).toEqual(['issue.resolved publish']);
        return point;
      } finally {
        await receiver.leave();
      }
    });
    expect(points.length).toBeGreaterThan(20 / STRIDE);
  });
}

/** An instance that was killed keeps its alerts to itself for half a minute. */
async function endLeaseOfAlerts(access: RecordsAccess): Promise<void> {
  const rows = await access.read();
  const ended = rows.map((row) => {
    if (row['kind'] !== 'alert') return row;
    const { lease: _lease, ...alert } = JSON.parse(String(row['value'])) as Record<string, unknown>;
    return { ...row, value: JSON.stringify(alert) };
  });
  await access.write(ended);
}

describe('decisions and alerts of a process that is killed, on SQLite', () => {
  crashSuite(sqliteFile, ({ connection }) => recordsIn(connection));
});

await describeOn(
  ['postgres', 'mariadb', 'mongodb'],
  'decisions and alerts of a process that is killed',
  ({ postgres, mariadb, mongodb }) => {
    describe('on PostgreSQL', () =>
      crashSuite(postgresDatabase(postgres), ({ connection }) => recordsIn(connection)));
    describe('on MariaDB', () =>
      crashSuite(mariadbDatabase(mariadb), ({ connection }) => recordsIn(connection)));
    describe('on MongoDB', () =>
      crashSuite(mongoDatabase(mongodb), ({ connection }) => recordsOfCollection(connection)));
  },
);
