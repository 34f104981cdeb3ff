import { Workspace } from '../e2e/workspace.js';
import { sqliteFile } from '../../support/sql-database.js';
import { onFixture } from './flamingock.js';

let workspace: Awaited<ReturnType<typeof Workspace.open>>;
beforeEach(async () => (workspace = await Workspace.open(sqliteFile)));
afterEach(() => workspace.remove());

const env = { FLAMINGOCK_PROBE_PORT: '0' };
const opened = /The probe answers at http:\/\/127\.0\.0\.1:\d+/;

it('a command that applies changes opens the probe that is asked for, and ends all the same', async () => {
  const { code, stderr } = await onFixture(workspace.options)(['execute'], { env });
  expect(stderr).toMatch(opened);
  expect(code).toBe(0);
});

it('a command that cannot open its probe says so, and applies the changes', async () => {
  const nowhere = { ...env, FLAMINGOCK_PROBE_HOST: '192.0.2.1' };
  const { code, stderr, stdout } = await onFixture(workspace.options)(['execute'], { env: nowhere });
  expect(stderr).toMatch(/No probe: it cannot listen on port 0 of 192\.0\.2\.1/);
  expect(stdout).toContain('is up to date now');
  expect(code).toBe(0);
});

it.each(['status', 'plan', 'issue list'])('no other command does: %s', async (command) => {
  const { code, stderr } = await onFixture(workspace.options)(command.split(' '), { env });
  expect(stderr).not.toMatch(opened);
  expect(code).toBe(0);
});
