import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type {
  AuditEntry,
  ExecutionReport,
  IssueDetail,
  IssueSummary,
  PlanReport,
  UndoReport,
} from '@nestjs-flamingock/core';
import { boot } from '../e2e/boot.js';
import { killInPublish, runInstance } from '../e2e/fixture-process.js';
import { Workspace } from '../e2e/workspace.js';
import { describeOn } from '../../support/services/describe-on.js';
import { postgresDatabase, sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { ALLOWED_CI, onFixture, withDigest, type Ended, type StartOptions } from './flamingock.js';

// Some ways take a dozen commands, each a process of its own.
jest.setTimeout(120_000);

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- says what a test takes the document for
const documentOf = <T>({ stdout }: Ended): T => JSON.parse(stdout) as T;

let workspace: Workspace<SqlDatabase>;
let run: (args: string[], options?: StartOptions) => Promise<Ended>;

function onDatabase(create: CreateDatabase<SqlDatabase>): void {
  beforeEach(async () => {
    workspace = await Workspace.open(create);
    run = onFixture(workspace.options);
  });
  afterEach(() => workspace.remove());
}

/** What databases could differ in. */
function suiteOfEach(): void {
  it('the way from an issue to the next start that goes on', async () => {
    expect((await run(['issue', 'ls'])).stdout).toBe('No issues found\n');
    expect(documentOf(await run(['issue', 'get', '--json']))).toEqual({ issue: null });
    await killInPublish(workspace);

    const list = await run(['issue', 'list', '--exit-code']);
    expect(list.code).toBe(3);
    expect(list.stdout).toMatch(
      /^ISSUES FOUND \(1\)\n\nChange ID +State +Error +Target\n─+\npublish +STARTED +– +outbox\n/,
    );
    expect(
      documentOf<{ issues: IssueSummary[] }>(await run(['issue', 'list', '--json'])).issues,
    ).toHaveLength(1);

    const issue = await run(['issue', 'get', '-c', 'publish', '--guidance']);
    expect(issue.stdout).toContain('ISSUE: publish\n');
    expect(issue.stdout).toMatch(/What to do\n {2}1\. /);
    expect(issue.stdout).toContain(
      'npx --no @nestjs-flamingock/cli audit fix -c publish --resolution ROLLED_BACK',
    );
    expect(documentOf<{ issue: IssueDetail }>(await run(['issue', 'get', '--json'])).issue.changeId).toBe(
      'publish',
    );

    const stopped = await run(['execute']);
    expect(stopped).toMatchObject({ code: 1 });

    const fix = ['audit', 'fix', '-c', 'publish', '--reason', 'it is out', '--by', 'ann'];
    expect(await run(fix)).toMatchObject({ code: 2 });
    const seen = await run([...fix, '--dry-run']);
    expect(seen.stdout).toMatch(
      /^Would record MANUAL_MARKED_AS_EXECUTED for "publish": its last entry is 3, .*\n.*--confirm/,
    );
    const confirmed = await withDigest(run, fix);
    const other = await run([...confirmed, '--resolution', 'ROLLED_BACK']);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('is not what was confirmed') });
    const fixed = await run(confirmed);
    expect(fixed).toMatchObject({ code: 0 });
    expect(fixed.stdout).toMatch(
      /Recorded MANUAL_MARKED_AS_EXECUTED for "publish"\.\n {2}The next run skips it/,
    );
    const { entries } = documentOf<{ entries: AuditEntry[] }>(
      await run(['audit', 'list', '-c', 'publish', '--json']),
    );
    expect(entries[0]?.metadata).toEqual({
      by: 'ann',
      actorKind: 'human',
      via: 'cli',
      reason: 'it is out',
    });

    expect(await run(confirmed)).toMatchObject({ code: 1 });
    expect((await run(['execute'])).code).toBe(0);
    expect(workspace.outboxLines()).toEqual(['published by publish', 'warm']);
  });

  it('audit verify finds the first entry that was altered', async () => {
    await run(['execute']);
    const whole = await run(['audit', 'verify']);
    expect(whole).toMatchObject({ code: 0 });
    const [, head = ''] = /Head (\d+:[0-9a-f]{64})/.exec(whole.stdout) ?? [];
    expect(await run(['audit', 'verify', '--expect-head', head])).toMatchObject({ code: 0 });
    expect(await run(['audit', 'verify', '--expect-head', `8:${'0'.repeat(64)}`])).toMatchObject({ code: 3 });
    await workspace.audit.connection.query(
      `UPDATE flamingock_audit_entries SET author = 'eve' WHERE seq = 3`,
    );
    const broken = await run(['audit', 'verify']);
    expect(broken).toMatchObject({ code: 3 });
    expect(broken.stdout).toContain('✖ The history was altered: entry 3 of "publish"');
    expect(documentOf(await run(['audit', 'verify', '--json']))).toMatchObject({ ok: false, seq: 3 });
  });

  it('lock shows and releases exactly one acquisition', async () => {
    expect((await run(['lock', 'status'])).stdout).toBe('The lock is free, and was never taken\n');
    await runInstance({
      ...workspace.options,
      behaviour: 'kill:half of publish',
      settings: { lock: { leaseMs: 60_000 } },
    });
    const status = await run(['lock', 'status']);
    expect(status.stdout).toMatch(/^The lock is held\n {2}by +.*token 1\)/);
    const release = (token: string, ...rest: string[]) => run(['lock', 'release', '--token', token, ...rest]);
    expect(await release('1', '--reason', 'gone')).toMatchObject({ code: 2 });
    expect(await release('1', '--yes')).toMatchObject({ code: 2 });
    expect(await release('7', '--yes', '--reason', 'gone')).toMatchObject({ code: 1 });
    expect(await release('1', '--yes', '--reason', 'gone', '--by', ' ')).toMatchObject({ code: 2 });
    expect(await release('1', '--yes', '--by', 'ann', '--reason', 'its host is gone')).toMatchObject({
      code: 0,
    });
    expect(documentOf(await run(['lock', 'status', '--json']))).toMatchObject({ held: false });
  });

  it('Ctrl-C stops a run in order: what was left is recorded, and the lock is free', async () => {
    const hanging = {
      ...workspace.options,
      behaviour: 'hang:half of publish',
      settings: { timeouts: { graceMs: 50 } },
    };
    const { code, stderr } = await onFixture(hanging)(['execute'], {
      onStart: async (child) => {
        while (!workspace.outboxLines().includes('hanging at half of publish')) await pause(20);
        child.kill('SIGINT');
      },
    });
    expect(stderr).toContain('SIGINT: stopping');
    expect(code).toBe(1);
    expect((await workspace.history()).at(-1)).toBe('publish:EXECUTION_FAILED');
    expect((await workspace.lock()).isFree).toBe(true);
  });

  it('tells in one sentence that the audit store cannot be used', async () => {
    await workspace.audit.connection.query('CREATE TABLE flamingock_audit_entries (wrong INTEGER)');
    const { code, stderr, stdout } = await run(['plan']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/✖ The audit store of service "e2e" cannot be used: /);
    expect(stderr).not.toContain('    at ');
    expect((await run(['plan', '--verbose'])).stderr).toContain('    at ');
  });
}

/** What is the same on all. */
function suiteOfOne(): void {
  it('plan shows what would be done, writes nothing, and tells by its exit code', async () => {
    const planned = await run(['plan']);
    expect(planned).toMatchObject({ code: 0 });
    expect(planned.stdout).toMatch(/Service "e2e": 4 pending, 0 applied\n/);
    expect(planned.stdout).toMatch(/e2e +0002 +first-notes +EXECUTE +never executed/);
    expect(await run(['plan', '--exit-code'])).toMatchObject({ code: 3 });
    expect(documentOf<PlanReport>(await run(['plan', '--json'])).changes).toHaveLength(4);
    await expect(workspace.lock()).rejects.toThrow(/no such table|does not exist/);
    await run(['execute']);
    expect(await run(['plan', '--exit-code'])).toMatchObject({ code: 0 });
  });

  it('execute applies what is pending, a line for each change, and keeps logs off the result', async () => {
    const { code, stdout, stderr } = await run(['execute']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ {2}applying {2}e2e \/ first-notes\n✔ executed {2}e2e \/ first-notes in \d+ ms\n/,
    );
    expect(stdout).toMatch(/Service "e2e" is up to date now: 4 executed/);
    expect(stderr).toBe('the application prints to standard output\n');
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
    const again = await run(['apply', '--json']);
    expect(documentOf<ExecutionReport>(again).status).toBe('up-to-date');
  });

  it('execute says what failed and what to do, in both forms', async () => {
    const failing = { ...workspace.options, behaviour: 'throw:half of warm-up' };
    const { code, stdout } = await onFixture(failing)(['execute']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✖ failed {2}e2e \/ warm-up in \d+ ms/);
    expect(stdout).toContain('told to fail at half of warm-up');
    expect(stdout).toContain('not reached  e2e / 0005 / last-notes');
    expect(stdout).toContain('Service "e2e" STOPPED');
    const again = documentOf<ExecutionReport & { error: Error }>(
      await onFixture(failing)(['execute', '--json']),
    );
    expect(again).toMatchObject({ status: 'stopped', error: { name: 'ChangeFailedError' } });
  });

  it('audit list shows last states, the whole history, and all of an entry', async () => {
    expect((await run(['audit', 'list'])).stdout).toBe('No entries\n');
    await run(['execute']);
    expect((await run(['audit', 'list'])).stdout.match(/EXECUTED/g)).toHaveLength(4);
    expect((await run(['audit', 'list', '--history'])).stdout.trim().split('\n')).toHaveLength(10);
    const last = await run(['audit', 'list', '--history', '--limit', '1', '--extended']);
    expect(last.stdout).toMatch(
      /^8 {2}last-notes {2}EXECUTED\n {2}recorded +\d{4}-.*\n {2}operation +EXECUTE, \d+ ms\n/,
    );
    expect((await run(['audit', 'list', '--since', '2999-01-01'])).stdout).toBe('No entries\n');
  });

  it('audit reconcile shows an entry that was garbled, and accepts it with a finding', async () => {
    await run(['execute']);
    expect((await run(['audit', 'reconcile'])).stdout).toContain('History and target systems agree');
    await workspace.audit.connection.query(
      `UPDATE flamingock_audit_entries SET author = 'JosÃ©' WHERE seq = 8`,
    );
    const shown = await run(['audit', 'reconcile']);
    expect(shown).toMatchObject({ code: 3 });
    expect(shown.stdout).toMatch(/entry 8 of "last-notes" content does not match its hash[^]*--executed/);
    expect(await run(['audit', 'reconcile', '--executed', 'publish'])).toMatchObject({ code: 1 });
    const recorded = await run(['audit', 'reconcile', '--executed', 'last-notes', '--by', 'ann']);
    expect(recorded).toMatchObject({ code: 0 });
    expect(recorded.stdout).toContain('last-notes: MANUAL_MARKED_AS_EXECUTED');
    const verified = await run(['audit', 'verify']);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.stdout).toContain('Accepted by an operator: entry 8 content does not match its hash');
  });

  it('audit verify is not content with a history that is not there, and says where it looked', async () => {
    const absent = await run(['audit', 'verify']);
    expect(absent).toMatchObject({ code: 3 });
    expect(absent.stdout).toMatch(
      /✖ Nothing to verify: there is no history of service ".+" in table "flamingock_audit_heads" of /,
    );
    expect(documentOf(await run(['audit', 'verify', '--json']))).toMatchObject({ ok: false, absent: true });
  });

  it('audit export writes the whole history in both forms', async () => {
    expect(documentOf(await run(['audit', 'export']))).toEqual([]);
    await run(['execute']);
    const entries = documentOf<AuditEntry[]>(await run(['audit', 'export']));
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const csv = await run(['audit', 'export', '--format', 'csv']);
    expect(csv.stdout.split('\n')[1]).toContain(entries[0]?.hash);
    const file = join(process.cwd(), '.tmp-never', 'x.json');
    expect(await run(['audit', 'export', '--out', file])).toMatchObject({ code: 1 });
  });

  it('undo reverts what has a rollback method, once it is confirmed', async () => {
    await run(['execute']);
    expect(await run(['undo', '-c', 'publish', '--reason', 'x'])).toMatchObject({ code: 2 });
    expect(await run(['undo', '-c', 'publish', '--yes', '--reason', 'x'])).toMatchObject({ code: 2 });
    expect(await run(['undo', '-c', 'first-notes', '--dry-run'])).toMatchObject({ code: 1 });
    const planned = await run(['undo', '-c', 'publish', '--dry-run']);
    expect(planned.stdout).toMatch(/^TO BE UNDONE \(1 change\)/);
    expect(workspace.outboxLines()).not.toContain('taken back');
    const confirmed = await withDigest(run, ['undo', '-c', 'publish', '--reason', 'recalled']);
    const stale = await run(['undo', '-c', 'publish', '--reason', 'x', '--confirm', 'another']);
    expect(stale).toMatchObject({ code: 1, stderr: expect.stringContaining('undo -c publish --dry-run') });
    expect(workspace.outboxLines()).not.toContain('taken back');
    const undone = await run([...confirmed, '--json']);
    expect(undone).toMatchObject({ code: 0 });
    expect(documentOf<UndoReport>(undone)).toMatchObject({
      status: 'undone',
      changes: [{ runsAgain: true }],
    });
    expect(workspace.outboxLines()).toContain('taken back');
  });

  it('records in a CI job that no human was at work', async () => {
    await run(['execute']);
    const undo = ['undo', '-c', 'publish', '--by', 'deploy', '--reason', 'x'];
    expect(await run(undo, { env: { CI: 'true' } })).toMatchObject({ code: 2 });
    const misspelt = await run(undo, { env: { CI: 'true', FLAMINGOCK_CI_ALLOW: 'undoo' } });
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining('"undoo"') });
    expect(await run(undo, { env: { FLAMINGOCK_CI_ALLOW: 'undo', CI: undefined } })).toMatchObject({
      code: 2,
    });
    expect(await run(undo, { env: ALLOWED_CI })).toMatchObject({ code: 0 });
    const listed = await run(['audit', 'list', '-c', 'publish', '--json']);
    const { entries } = documentOf<{ entries: AuditEntry[] }>(listed);
    expect(entries[0]?.metadata).toMatchObject({ by: 'deploy', actorKind: 'ci', via: 'cli' });
  });

  it.each(['execute', 'plan'])(
    '%s starts nothing of the application, and ends all of it',
    async (command) => {
      const environment = { env: { CLI_FIXTURE: JSON.stringify(workspace.options) } };
      const lazy = await run(
        [command, '-m', join(process.cwd(), 'test/apps/cli/fixtures/lazy-start.mjs')],
        environment,
      );
      expect(lazy).toMatchObject({ code: 0 });
      expect(lazy.stderr).not.toMatch(/nothing is applied|undefined/);
      expect(lazy.stderr).toContain('did not end in order: cannot close');
      expect(lazy.stderr).toContain('did not end in order: nobody listens');
      expect(lazy.stderr).toContain('closed to the end');
      const applied = await workspace.history();
      expect(applied.length > 0).toBe(command === 'execute');
    },
  );
}

describe('the command on SQLite', () => {
  onDatabase(sqliteFile);
  suiteOfEach();
  suiteOfOne();
});
await describeOn(['postgres'], 'the command on PostgreSQL', ({ postgres }) => {
  onDatabase(postgresDatabase(postgres));
  suiteOfEach();
});

it('service rename goes on with the history under another name', async () => {
  const workspace = await Workspace.open(sqliteFile);
  await boot(workspace.options);
  const words = ['service', 'rename', 'e2e', 'shop', '--reason', 'bought', '--by', 'ann', '--yes'];
  const { code, stdout } = await onFixture(workspace.options)(words);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^✔ Service "e2e" is renamed to "shop", with the history of 4 changes\.\n.*=shop\n {2}Head 6:[0-9a-f]{64}\n$/,
  );
  const shop = { ...workspace.options, settings: { service: 'shop' } };
  expect(await boot(shop)).toMatchObject({ status: 'up-to-date', warnings: [] });
  await workspace.remove();
});

it('has the version of its package', async () => {
  const { version } = JSON.parse(readFileSync('libs/cli/package.json', 'utf8')) as { version: string };
  const { VERSION } = await import('../../../libs/cli/src/version.js');
  expect(VERSION).toBe(version);
});
