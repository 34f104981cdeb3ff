import type { ChangeVerdict, DriftReport } from '@nestjs-flamingock/core';
import { Workspace } from '../e2e/workspace.js';
import { sqliteFile } from '../../support/sql-database.js';
import { environmentOf, fixture, flamingock } from './flamingock.js';

let workspace: Workspace;
beforeEach(async () => (workspace = await Workspace.open(sqliteFile)));
afterEach(() => workspace.remove());

const run = (args: string[], verdict?: string) =>
  flamingock(['-m', fixture('verified.mjs'), ...args], {
    env: { ...environmentOf(workspace.options), VERDICT: verdict },
  });

describe('verify', () => {
  it('shows what a change says that was never executed, and writes nothing', async () => {
    const { code, stdout } = await run(['verify'], 'not-applied');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Change ID +Verdict +State +Target +Error\n─+\nadd-index +not-applied +– +outbox +–\n$/,
    );
    await expect(workspace.lock()).rejects.toThrow(/no such table/);
  });

  it('of one change that has none says so', async () => {
    const { code, stderr } = await run(['verify', '-c', 'publish']);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has no @Verify() method'),
    });
    expect(await run(['verify', '-c', 'add-indx'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"add-index"'),
    });
    const { stdout } = await run(['verify', '-c', 'add-index', '--json'], 'partial');
    expect((JSON.parse(stdout) as { changes: ChangeVerdict[] }).changes).toEqual([
      { changeId: 'add-index', stage: 'e2e', targetSystem: 'outbox', verdict: 'partial' },
    ]);
  });
});

describe('drift', () => {
  it('exits with 3 once an applied change is not there any more', async () => {
    expect(await run(['execute'])).toMatchObject({ code: 0 });
    expect(await run(['drift'])).toMatchObject({
      code: 0,
      stdout: 'No drift found: 1 applied change asked, 4 have no @Verify()\n',
    });
    const { code, stdout } = await run(['drift'], 'partial');
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^DRIFT FOUND \(1\): 1 applied change asked.*\n\n.*\n─+\nadd-index +partial +EXECUTED/,
    );
    const report = JSON.parse((await run(['drift', '--json'], 'yes')).stdout) as DriftReport;
    expect(report).toMatchObject({
      asked: 1,
      drifted: [
        { changeId: 'add-index', verdict: 'unknown', error: expect.stringContaining('returned "yes"') },
      ],
    });
  });
});
