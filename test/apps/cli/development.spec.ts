import { jest } from '@jest/globals';
import type { AuditEntry, RedoReport, StatusReport } from '@nestjs-flamingock/core';
import { Workspace } from '../e2e/workspace.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import { onFixture, type Ended, type StartOptions } from './flamingock.js';

// Each command is a process of its own.
jest.setTimeout(120_000);

let workspace: Workspace<SqlDatabase>;
let run: (args: string[], options?: StartOptions) => Promise<Ended>;
beforeEach(async () => {
  workspace = await Workspace.open(sqliteFile);
  run = onFixture(workspace.options);
});
afterEach(() => workspace.remove());

const development = { env: { FLAMINGOCK_DEV: '1', NODE_ENV: undefined } };
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- says what a test takes the document for
const documentOf = <T>({ stdout }: Ended): T => JSON.parse(stdout) as T;

it('redo is refused outside development, with the reason and what to type', async () => {
  await run(['execute']);
  const { env } = development;
  for (const [NODE_ENV, FLAMINGOCK_DEV, why] of [
    ['production', '1', 'NODE_ENV is "production"'],
    [undefined, undefined, 'neither FLAMINGOCK_DEV=1 nor NODE_ENV=development is set'],
    ['development', '0', 'FLAMINGOCK_DEV is "0"'],
  ]) {
    const refused = await run(['redo', '-c', 'publish'], { env: { ...env, NODE_ENV, FLAMINGOCK_DEV } });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`it is off here: ${why}. Nothing was done.`);
    expect(refused.stderr).toContain('FLAMINGOCK_DEV=1 npx --no @nestjs-flamingock/cli redo -c publish');
  }
  const { entries } = documentOf<{ entries: AuditEntry[] }>(
    await run(['audit', 'list', '--history', '--json']),
  );
  expect(entries.map(({ operation }) => operation)).not.toContain('UNDO');
});

it('redo runs changes again on a real database, and says what it left there', async () => {
  await run(['execute']);
  const words = ['--by', 'ann', '--reason', 'half written'];
  const undone = await run(['redo', '-c', 'last-notes', '--json', ...words], development);
  expect(undone.code).toBe(0);
  expect(documentOf<RedoReport>(undone)).toMatchObject({
    status: 'redone',
    before: 'undone',
    change: { result: 'executed' },
  });

  const refused = await run(['redo', '-c', 'warm-up'], development);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toMatch(
    /later changes are applied.*: last-notes\..*undo --to warm-up.*--keep-later/s,
  );

  const forgotten = await run(['redo', '-c', 'warm-up', '--keep-later', ...words], development);
  expect(forgotten).toMatchObject({ code: 0 });
  expect(forgotten.stdout).toMatch(
    /^! "warm-up" was forgotten, not undone: .*still in target system "outbox"/,
  );
  expect(forgotten.stdout).toMatch(/✔ "warm-up" was forgotten, and executed in \d+ ms\.\n$/);
  const { entries } = documentOf<{ entries: AuditEntry[] }>(
    await run(['audit', 'list', '--history', '-c', 'warm-up', '--json']),
  );
  expect(entries.map(({ operation, state }) => `${operation} ${state}`)).toEqual([
    'EXECUTE STARTED',
    'EXECUTE EXECUTED',
    'FORGET MANUAL_MARKED_AS_ROLLED_BACK',
    'EXECUTE STARTED',
    'EXECUTE EXECUTED',
  ]);
  expect(entries[2]?.metadata).toMatchObject({ by: 'ann', reason: 'half written', via: 'cli' });
  expect((await run(['audit', 'verify'])).code).toBe(0);
  expect((await run(['plan', '--exit-code'])).code).toBe(0);
});

it('status shows the service on one screen, and tells a pipeline whether it is quiet', async () => {
  const before = await run(['status', '--exit-code']);
  expect(before.code).toBe(3);
  expect(before.stdout).toMatch(
    /^Service "e2e"\n {2}changes +0 applied, 4 pending\n {2}issues +none\n {2}lock +free\n {2}head +nothing was ever recorded\n/,
  );
  await run(['execute']);
  const after = await run(['status', '--exit-code']);
  expect(after.code).toBe(0);
  expect(after.stdout).toMatch(/changes +4 applied, 0 pending \(settled\)\n/);
  expect(after.stdout).toMatch(/head +\d+:[0-9a-f]{12}\n {2}last run +\S+Z by \S+: last-notes EXECUTED/);
  const report = documentOf<StatusReport>(await run(['status', '--json']));
  expect(report).toMatchObject({ service: 'e2e', isSettled: true, lock: { held: false }, issues: [] });
});
