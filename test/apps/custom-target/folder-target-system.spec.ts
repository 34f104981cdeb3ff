import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transactionalTargetContract, type TargetBackend } from '@nestjs-flamingock/testing';
import { startProgram, type Exit, type Instance } from '../e2e/fixture-process.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import { Folder, FolderTargetSystem } from './fixtures/folder-target-system.js';
import type { FolderInstanceOptions } from './fixtures/main.js';

const CODE = 'test/apps/custom-target/fixtures/folder-target-system.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'flamingock-folder-'))));
afterEach(() => rmSync(root, { recursive: true }));

async function openFolder(): Promise<TargetBackend> {
  const folder = join(mkdtempSync(join(root, 'case-')), 'documents');
  const connect = () => new FolderTargetSystem('documents', folder);
  return {
    target: connect(),
    second: async () => connect(),
    write: (handles, key, value) => (handles.get(Folder) as Folder).write(key, value),
    read: (key) => read(folder, key),
    // A write of a transactional change is a note in memory.
    begin: (handles) => (handles.get(Folder) as Folder).read('floating'),
    close: async () => {},
  };
}

async function read(folder: string, path: string): Promise<string | undefined> {
  let text: string | undefined;
  await new FolderTargetSystem('documents', folder).run(
    { service: 's', changeId: 'c', executionId: 'e', operation: 'EXECUTE' },
    async (handles) => {
      text = await (handles.get(Folder) as Folder).read(path);
    },
  );
  return text;
}

describe('the target system of docs/custom-target-system.md', () => {
  it('is the one that is tested here', () => {
    const page = readFileSync('docs/custom-target-system.md', 'utf8');
    expect(page).toContain(`\n\`\`\`ts\n${readFileSync(CODE, 'utf8')}\`\`\`\n`);
  });

  for (const { title, run } of transactionalTargetContract(openFolder)) it(title, run);
});

describe('processes that write into a folder', () => {
  let audit: SqlDatabase;
  let options: FolderInstanceOptions;
  beforeEach(async () => {
    audit = await sqliteFile();
    options = { audit: audit.options.typeorm, folder: join(root, 'documents') };
  });
  afterEach(() => audit.drop());

  const start = (more: Partial<FolderInstanceOptions> = {}): Instance =>
    startProgram('custom-target', { ...options, ...more });
  const contents = () =>
    Promise.all(['count.txt', 'terms/en.txt', 'terms/de.txt'].map((path) => read(options.folder, path)));
  const ALL = ['1', 'Terms', 'Bedingungen'];
  const expectApplied = async (exit: Exit, result: string): Promise<void> => {
    expect(exit.stderr).toBe('');
    expect(exit.report?.changes.map((change) => change.result)).toEqual([result]);
    expect(await contents()).toEqual(ALL);
  };

  it.each(['inside', 'before publishing'] as const)(
    'leave nothing where one is killed before its files are published, and the next applies them: %s',
    async (at) => {
      expect((await start({ at }).exit).signal).toBe('SIGKILL');
      expect(await contents()).toEqual([undefined, undefined, undefined]);
      await expectApplied(await start().exit, 'executed');
    },
  );

  it('know that the files are there where one is killed right after they are published', async () => {
    expect((await start({ at: 'after publishing' }).exit).signal).toBe('SIGKILL');
    expect(await contents()).toEqual(ALL);
    await expectApplied(await start().exit, 'reconciled');
  });

  it('publish nothing after a pause past the lease', async () => {
    const stopped = start({ at: 'before publishing', signal: 'SIGSTOP' });
    await stopped.stopped();
    await expectApplied(await start().exit, 'executed');
    stopped.kill('SIGCONT');
    const exit = await stopped.exit;
    expect([exit.code, exit.stderr]).toEqual([1, expect.stringContaining('Lost the lock')]);
    expect(await contents()).toEqual(ALL);
  });

  it('apply a change once when four start together', async () => {
    const exits = await Promise.all(Array.from({ length: 4 }, () => start().exit));
    expect(exits.map(({ stderr }) => stderr)).toEqual(['', '', '', '']);
    expect(await contents()).toEqual(ALL);
  });
});
