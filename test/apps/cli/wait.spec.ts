import type { ExecutionReport } from '@nestjs-flamingock/core';
import { sqliteFile } from '../../support/sql-database.js';
import { Workspace } from '../e2e/workspace.js';
import { onFixture } from './flamingock.js';

let workspace: Workspace;
let run: ReturnType<typeof onFixture>;

beforeEach(async () => {
  workspace = await Workspace.open(sqliteFile);
  // As a job that shares the variables of processes which only wait.
  run = onFixture({ ...workspace.options, settings: { role: 'wait' } });
});
afterEach(() => workspace.remove());

/** Called once the command waits. */
const onceWaiting = (act: (pid: number) => unknown) => ({
  onStart: async ({
    stderr,
    pid = 0,
  }: {
    stderr: NodeJS.ReadableStream | null;
    pid?: number | undefined;
  }) => {
    let shown = '';
    await new Promise<void>((resolve) =>
      stderr?.on('data', (text: string) => {
        shown += text;
        if (shown.includes('Waiting for 4 changes')) resolve();
      }),
    );
    await act(pid);
  },
});

describe('flamingock wait', () => {
  it('waits until another process has applied everything, and writes nothing itself', async () => {
    let execution: Promise<unknown> = Promise.resolve();
    const waited = await run(
      ['wait'],
      onceWaiting(() => (execution = run(['execute']))),
    );
    expect(await execution).toMatchObject({ code: 0 });
    expect(waited.code).toBe(0);
    expect(waited.stdout).toMatch(/^Service "e2e" is up to date: 4 changes.*\n {2}waited \d+ ms for/);
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
  });

  it('goes on at once where nothing is pending, with the report as JSON', async () => {
    expect((await run(['execute'])).code).toBe(0);
    const { code, stdout } = await run(['wait', '--timeout', '0', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout) as ExecutionReport).toMatchObject({ status: 'up-to-date', service: 'e2e' });
  });

  it('exits with 1 after its time, and says what is pending and what to do', async () => {
    const { code, stdout, stderr } = await run(['wait', '--timeout', '0']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /Waited \d+ ms for .*"first-notes", "publish".*`npx --no @nestjs-flamingock\/cli execute`/,
    );
    expect(stderr).toContain('to have it wait longer, raise --timeout.');
    const failed = JSON.parse((await run(['wait', '--timeout', '0', '--json'])).stdout) as object;
    expect(failed).toMatchObject({ error: { code: 'FLAMINGOCK_AWAIT_TIMEOUT' } });
    expect(await workspace.history().catch(() => [])).toEqual([]);
  });

  it('ends with the first SIGTERM, and says that it only waited', async () => {
    const { code, stderr } = await run(
      ['wait'],
      onceWaiting((pid) => process.kill(pid, 'SIGTERM')),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/received SIGTERM\. It had waited \d+ ms .*nothing was run here/);
  });

  it.each(['soon', '-1', '1.5', '99999999999'])('refuses a time that makes no sense: %s', async (time) => {
    const { code, stderr } = await run(['wait', `--timeout=${time}`]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/whole number of milliseconds/);
  });
});
