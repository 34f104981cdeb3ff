import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { IssueBundle } from '@nestjs-flamingock/core';
import { sqliteFile } from '../../support/sql-database.js';
import { killInPublish } from '../e2e/fixture-process.js';
import { Workspace } from '../e2e/workspace.js';
import { onFixture } from './flamingock.js';

jest.setTimeout(120_000);

let workspace: Workspace;
let run: ReturnType<typeof onFixture>;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flamingock-bundle-'));
  workspace = await Workspace.open(sqliteFile);
  run = onFixture(workspace.options);
});
afterEach(async () => {
  await workspace.remove();
  rmSync(folder, { recursive: true });
});

it('writes all about an issue into a new file, and over no other', async () => {
  await killInPublish(workspace);
  const file = join(folder, 'publish.json');
  const written = await run(['issue', 'bundle', '-c', 'publish', '-o', file]);
  expect(written).toMatchObject({ code: 0, stdout: `✔ publish in ${file}\n` });
  const bundle = JSON.parse(readFileSync(file, 'utf8')) as IssueBundle;
  expect(bundle).toMatchObject({
    format: 1,
    issue: { changeId: 'publish', state: 'STARTED' },
    failures: [],
    lock: { held: false },
    targetSystems: expect.arrayContaining([{ id: 'outbox', transactional: false }]),
  });
  expect(bundle.around.map(({ changeId }) => changeId)).toContain('first-notes');

  const again = await run(['issue', 'bundle', '-c', 'publish', '-o', file]);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('there is such a file already') });
  const { stdout } = await run(['issue', 'bundle']);
  expect((JSON.parse(stdout) as IssueBundle).issue).toEqual(bundle.issue);
});

it('is shown with what is known of the failure, as issue get shows it', async () => {
  const failing = onFixture({
    ...workspace.options,
    behaviour: 'throw:half of publish,throw:rollback of publish',
  });
  const env = { FLAMINGOCK_VERSION: '7.8.9', FLAMINGOCK_REVISION: 'abc123' };
  expect(await failing(['execute'], { env })).toMatchObject({ code: 1 });
  const { stdout } = await run(['issue', 'get']);
  expect(stdout).toMatch(/thrown +RollbackFailedError\n/);
  expect(stdout).toMatch(/version +7\.8\.9, revision abc123\n/);
  expect(stdout).toMatch(/process +pid \d+, Node \d+\.\d+/);
  const bundle = JSON.parse((await run(['issue', 'bundle'])).stdout) as IssueBundle;
  expect(bundle.failures.map(({ state }) => state)).toEqual(['EXECUTION_FAILED', 'ROLLBACK_FAILED']);
});
