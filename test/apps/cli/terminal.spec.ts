import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { Workspace } from '../e2e/workspace.js';
import { killInPublish } from '../e2e/fixture-process.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import { ALLOWED_CI, environmentOf, fixture, flamingockOnTerminal, onFixture } from './flamingock.js';

const ESC = '\u001b';
/** What would clear the screen, retitle the window, reorder and hide text, and go past any width. */
const HOSTILE = `${ESC}[2J${ESC}]0;owned\u0007\u009b31mred\u0000\b\b\r\n\u202etxet 日本語のエラー 👩‍👩‍👧 ${'long '.repeat(200)}`;

let workspace: Workspace<SqlDatabase>;
beforeEach(async () => {
  workspace = await Workspace.open(sqliteFile);
  await killInPublish(workspace);
});
afterEach(() => workspace.remove());

const onTerminal = (args: string[], columns = 80, env: Record<string, string | undefined> = {}) =>
  flamingockOnTerminal(['-m', fixture('app.mjs'), ...args], columns, {
    env: { TERM: 'xterm', ...environmentOf(workspace.options), ...env },
  });
const setError = (error: string) =>
  workspace.audit.connection.query(
    `UPDATE flamingock_audit_entries SET error = ? WHERE change_id = 'publish'`,
    [error],
  );
const linesOf = (text: string) => stripVTControlCharacters(text).replaceAll('\r', '').split('\n');

describe('on a terminal', () => {
  it('has colours', async () => {
    const { code, stdout } = await onTerminal(['issue', 'list', '--exit-code']);
    expect(code).toBe(3);
    expect(stdout).toContain(`${ESC}[1m${ESC}[31mISSUES FOUND (1)`);
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('has none with %j', async (env) => {
    const { stdout } = await onTerminal(['issue', 'list'], 80, env);
    expect(stdout).toContain('ISSUES FOUND (1)');
    expect(stdout).not.toContain(ESC);
  });

  it.each([40, 60, 100])('keeps a table within %d columns, wide characters and all', async (columns) => {
    await setError(HOSTILE);
    const lines = linesOf((await onTerminal(['issue', 'list'], columns)).stdout);
    const table = lines.slice(
      lines.findIndex((line) => line.startsWith('Change')),
      -2,
    );
    expect(
      Math.max(...table.filter((line) => !line.startsWith('What')).map((line) => stringWidth(line))),
    ).toBeLessThanOrEqual(columns);
    expect(lines.join('\n')).toContain('…');
    expect(lines.join('\n')).toContain('publish');
  });

  it('shows the change that is running, and takes that away again', async () => {
    await onFixture(workspace.options)(['audit', 'fix', '-c', 'publish', '--reason', 'x'], {
      env: ALLOWED_CI,
    });
    const { stdout } = await onTerminal(['execute']);
    expect(stdout).toContain(`… e2e / warm-up\r${ESC}[2K${ESC}[32m✔${ESC}[39m executed  e2e / warm-up`);
  });

  it('asks before it undoes, and takes no answer for a no', async () => {
    const { code, stdout } = await onTerminal(['undo', '-c', 'first-notes', '--reason', 'x']);
    expect(stdout).not.toContain('pass --yes');
    expect(code).toBe(1);
    expect(await workspace.notes()).toEqual(['one', 'two']);
  });
});

describe('text of the audit store', () => {
  it.each([
    ['issue', 'list'],
    ['issue', 'get', '--guidance'],
    ['audit', 'list', '--history'],
    ['audit', 'list', '--extended'],
    ['audit', 'export'],
    ['audit', 'export', '--format', 'csv'],
    ['issue', 'get', '--json'],
  ])('never moves the cursor: %s %s %s', async (...args: string[]) => {
    await setError(HOSTILE);
    const { stdout } = await onTerminal(args, 80, { NO_COLOR: '1' });
    expect(stdout.replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    expect(stdout).toContain('red');
  });
});

describe('elsewhere', () => {
  it('has no colours, whatever the environment says of a terminal', async () => {
    const { stdout } = await onFixture(workspace.options)(['issue', 'list'], {
      env: { TERM: 'xterm', CI: 'true' },
    });
    expect(stdout).not.toContain(ESC);
  });

  it('goes by COLUMNS, where that is set', async () => {
    await setError(HOSTILE);
    const { stdout } = await onFixture(workspace.options)(['audit', 'list', '--history'], {
      env: { COLUMNS: '100' },
    });
    expect(
      Math.max(
        ...stdout
          .trim()
          .split('\n')
          .map((line) => stringWidth(line)),
      ),
    ).toBeLessThanOrEqual(100);
  });
});
