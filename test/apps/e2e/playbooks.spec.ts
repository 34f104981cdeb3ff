import { ManualInterventionError, type Playbook } from '@nestjs-flamingock/core';
import { sqliteFile } from '../../support/sql-database.js';
import { boot, withApplication } from './boot.js';
import { killInPublish } from './fixture-process.js';
import type { FixtureOptions } from './fixtures/app.module.js';
import { Workspace } from './workspace.js';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.open(sqliteFile);
  await killInPublish(workspace);
});
afterEach(() => workspace.remove());

const withPlaybook = (fields: Partial<Playbook> = {}): FixtureOptions => ({
  ...workspace.options,
  settings: {
    resolutions: [
      {
        name: 'publish-again',
        when: { change: 'publish', state: 'STARTED' },
        then: 'retry',
        atMost: 1,
        reason: 'a line more does no harm',
        ...fields,
      },
    ],
  },
});
const historyOfPublish = async () =>
  (await workspace.history()).filter((one) => one.startsWith('publish:')).map((one) => one.split(':')[1]);

it('goes on by itself after a crash where a playbook says so', async () => {
  const report = await boot(withPlaybook());
  expect(report).toMatchObject({ status: 'applied' });
  expect(report.warnings.join()).toContain('playbook "publish-again" has it executed again');
  expect(await historyOfPublish()).toEqual([
    'STARTED',
    'MANUAL_MARKED_AS_ROLLED_BACK',
    'STARTED',
    'EXECUTED',
  ]);
  expect((await boot(workspace.options)).status).toBe('up-to-date');
});

it('stops at the change where the playbook is used up', async () => {
  await killInPublish(workspace, withPlaybook());
  await expect(boot(withPlaybook())).rejects.toThrow(ManualInterventionError);
  await expect(boot(withPlaybook())).rejects.toThrow(/playbook "publish-again" does not act: it has acted/);
});

it('tells of the playbook before it acts', async () => {
  await withApplication(withPlaybook({ then: 'mark-executed' }), async (flamingock) => {
    const { changes } = await flamingock.plan();
    expect(changes.find(({ changeId }) => changeId === 'publish')).toMatchObject({
      action: 'MANUAL_INTERVENTION',
      playbook: { name: 'publish-again', then: 'mark-executed', uses: 0, atMost: 1 },
    });
    expect((await flamingock.issues.get('publish')).guidance.at(-1)).toContain('by playbook "publish-again"');
  });
  expect(await boot(withPlaybook({ then: 'mark-executed' }))).toMatchObject({ status: 'applied' });
  expect(await historyOfPublish()).toEqual(['STARTED', 'MANUAL_MARKED_AS_EXECUTED']);
});

it('does not start with playbooks that make no sense, and lists all of their faults', async () => {
  await expect(boot(withPlaybook({ atMost: 0, reason: '' }))).rejects.toThrow(
    /atMost must be .*reason must be/s,
  );
  await expect(boot(withPlaybook({ when: { change: 'publsh', target: 'outbx' } }))).rejects.toThrow(
    /no change "publsh".*Did you mean "publish".*no target system "outbx".*Did you mean "outbox"/s,
  );
});
