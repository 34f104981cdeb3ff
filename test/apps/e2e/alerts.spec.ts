import type { AlertSummary, DeliveryReport } from '@nestjs-flamingock/core';
import { describeOn } from '../../support/services/describe-on.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { ALLOWED_CI, onFixture, type Ended } from '../cli/flamingock.js';
import { AlertReceiver, WEBHOOK_SECRETS } from './alert-receiver.js';
import { runInstance } from './fixture-process.js';
import type { FixtureOptions } from './fixtures/app.module.js';
import { ServingProcess } from './serving-process.js';
import { Workspace } from './workspace.js';

/** For one that is to die: short, so that nobody waits long for it. */
const LEASE = { lock: { leaseMs: 2_000 } };
const KILLED = 'kill:half of publish';

function alertsSuite(createAudit: CreateDatabase, extent: 'all' | 'promises'): void {
  let workspace: Workspace;
  let receiver: AlertReceiver;

  beforeEach(async () => {
    workspace = await Workspace.open(createAudit);
    receiver = new AlertReceiver();
    await receiver.listen();
  });

  afterEach(async () => {
    await receiver.leave();
    await workspace.remove();
  });

  const options = (alerts: Partial<NonNullable<FixtureOptions['alerts']>> = {}): FixtureOptions => ({
    ...workspace.options,
    settings: LEASE,
    alerts: { url: receiver.url, secrets: WEBHOOK_SECRETS, ...alerts },
  });
  const command = (args: string[], given = options()): Promise<Ended> =>
    onFixture(given)([...args, '--json'], { env: ALLOWED_CI });
  const dies = async (): Promise<void> => {
    expect((await runInstance({ ...options(), behaviour: KILLED })).signal).toBe('SIGKILL');
    expect(receiver.events).toEqual([]);
  };

  it('are one that is signed, once the only instance was killed in a change, however often it is started', async () => {
    await dies();
    expect((await runInstance(options())).code).toBe(1);
    expect(receiver.told).toEqual(['issue.opened publish']);
    expect(receiver.events[0]?.data.guidance.join('\n')).toContain(
      'audit fix -c publish --resolution EXECUTED',
    );
    for (let starts = 0; starts < 5; starts++)
      await Promise.all([runInstance(options()), runInstance(options())]);
    expect(receiver.told).toEqual(['issue.opened publish']);

    const fixed = await command([
      'audit',
      'fix',
      '-c',
      'publish',
      '--resolution',
      'EXECUTED',
      '--reason',
      'looked',
    ]);
    expect(fixed).toMatchObject({ code: 0 });
    expect(receiver.told).toEqual(['issue.opened publish', 'issue.resolved publish']);
    expect(new Set(receiver.events.map(({ data }) => data.alertId)).size).toBe(1);
    expect((await runInstance(options())).report?.status).toBe('applied');
    expect(receiver.events).toHaveLength(2);
    expect(receiver.forged).toEqual([]);
  });

  it('come once, under the id that they had from the first, when the receiver is back', async () => {
    await dies();
    await receiver.leave();
    const patient = options({ retry: { initialMs: 1, maxMs: 1 } });
    for (let starts = 0; starts < 3; starts++) await runInstance(patient);
    const { alerts } = JSON.parse((await command(['alerts', 'list'], patient)).stdout) as {
      alerts: AlertSummary[];
    };
    expect(alerts).toMatchObject([
      { kind: 'issue', deliveries: [{ channel: 'webhook', message: 'opened', state: 'waiting' }] },
    ]);
    expect(alerts[0]?.deliveries[0]?.error).toContain('ECONNREFUSED');
    await receiver.listen();
    for (let starts = 0; starts < 3; starts++) await runInstance(patient);
    expect(receiver.events.map(({ id }) => id)).toEqual([`${alerts[0]?.id ?? ''}-opened`]);
  });

  // What follows asks no more of a store than what was asked so far.
  if (extent === 'promises') return;

  it('are told by the start of an application that then ends', async () => {
    await dies();
    const serving = new ServingProcess(options());
    expect((await serving.exit).code).toBe(1);
    expect(receiver.told).toEqual(['issue.opened publish']);
  });

  it('of a job that was killed are delivered by a command, and by no other', async () => {
    await dies();
    expect(await command(['status'])).toMatchObject({ code: 0 });
    expect(receiver.events).toEqual([]);
    // As long as the lease of the dead holder lasts, its change counts as running.
    let ended = await command(['alerts', 'deliver']);
    while (receiver.events.length === 0 && ended.code === 0) ended = await command(['alerts', 'deliver']);
    expect(ended.code).toBe(0);
    const { attempts } = JSON.parse(ended.stdout) as DeliveryReport;
    expect(attempts).toEqual([
      expect.objectContaining({ id: receiver.events[0]?.id, channel: 'webhook', isDead: false }),
    ]);
    expect(receiver.told).toEqual(['issue.opened publish']);
  });

  it('that were given up are listed, and sent anew when somebody says so', async () => {
    await dies();
    await receiver.leave();
    const once = options({ retry: { attempts: 1 } });
    await runInstance(once);
    await receiver.listen();
    expect(await command(['alerts', 'deliver'], once)).toMatchObject({ code: 0 });
    expect(receiver.events).toEqual([]);
    const dead = JSON.parse((await command(['alerts', 'list', '--dead'], once)).stdout) as {
      alerts: AlertSummary[];
    };
    expect(dead.alerts).toHaveLength(1);
    const id = dead.alerts[0]?.id ?? '';
    const shown = await onFixture(once)(['alerts', 'list']);
    expect(shown.stdout).toMatch(
      /^Change "publish" needs a manual check {2}open\n {2}issue-[0-9a-f]{32}, opened .*\n {2}webhook opened: dead .*, 1 attempt: AlertNotDeliveredError: .*ECONNREFUSED/,
    );
    const again = ['alerts', 'resend', '-i', id, '--by', 'ann', '--reason', 'it is back'];
    expect(await command(again, once)).toMatchObject({ code: 0 });
    const listed = await onFixture(once)(['alerts', 'list'], { env: ALLOWED_CI });
    expect(listed.stdout).toMatch(/\n {2}sent again \S+Z by ann: it is back\n/);
    expect(await command(['alerts', 'deliver'], once)).toMatchObject({ code: 0 });
    expect(receiver.events.map((event) => event.id)).toEqual([`${id}-opened`]);
    expect(await command(['alerts', 'resend', '-i', id], once)).toMatchObject({ code: 1 });
    expect(await command(['alerts', 'resend', '-i', 'none'], once)).toMatchObject({ code: 2 });
  });

  it('do not keep a start from serving, or from ending, while their receiver does not answer', async () => {
    receiver.isHanging = true;
    const hasty = options({ afterFailureMs: 500 });
    await dies();
    const failing = await runInstance(hasty);
    expect(failing.stderr).toContain('needs a manual check');
    expect(receiver.hangs).toBeGreaterThan(0);
    const { alerts: _none, ...plain } = options();
    await command(['audit', 'fix', '-c', 'publish', '--resolution', 'EXECUTED', '--reason', 'x'], plain);
    const serving = new ServingProcess(hasty);
    await serving.serves();
    serving.kill('SIGTERM');
    await serving.exit;
  });

  it('cost nothing where there is no channel', async () => {
    const { alerts: _none, ...plain } = options();
    await runInstance({ ...plain, behaviour: KILLED });
    await runInstance(plain);
    const { stdout } = await command(['alerts', 'list'], plain);
    expect(JSON.parse(stdout)).toEqual({ alerts: [] });
    expect(await command(['alerts', 'deliver'], plain)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('FLAMINGOCK_NO_ALERT_CHANNEL'),
    });
  });
}

describe('alerts on SQLite', () => alertsSuite(sqliteFile, 'all'));
await describeOn(['postgres'], 'alerts on PostgreSQL', ({ postgres }) =>
  alertsSuite(postgresDatabase(postgres), 'promises'),
);
await describeOn(['mariadb'], 'alerts on MariaDB', ({ mariadb }) =>
  alertsSuite(mariadbDatabase(mariadb), 'promises'),
);
await describeOn(['mongodb'], 'alerts on MongoDB', ({ mongodb }) =>
  alertsSuite(mongoDatabase(mongodb), 'promises'),
);
