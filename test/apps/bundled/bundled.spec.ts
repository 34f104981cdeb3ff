import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { jest } from '@jest/globals';
import type { AuditEntry, PlanReport } from '@nestjs-flamingock/core';

// A bundler takes its time, and each command is a process of its own.
jest.setTimeout(180_000);

/** Below the packages that no bundle has inside. */
mkdirSync('.tmp', { recursive: true });

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe.each([
  { bundler: 'esbuild', what: 'names kept', hasNames: true },
  { bundler: 'esbuild-anew', what: 'names made anew', hasNames: false },
  { bundler: 'webpack', what: 'names made anew', hasNames: false },
])('an application that $bundler has bundled and minified, $what', ({ bundler, hasNames }) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(resolve('.tmp', 'bundled-'));
    // In a process of its own: a test environment ends before a bundler has tidied up.
    execFileSync(process.execPath, ['test/apps/bundled/bundle.mjs', bundler, join(folder, 'dist')]);
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const environment = (more: NodeJS.ProcessEnv) => ({
    ...process.env,
    FLAMINGOCK_CLI: undefined,
    NO_COLOR: '1',
    BUNDLED_DATABASE: join(folder, 'bundled.sqlite'),
    ...more,
  });
  const node = (script: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Ended =>
    spawnSync(process.execPath, [script, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: environment(more),
    });
  const cli = (...args: string[]) => node('dist/cli.js', args);

  it('has engine, Nest and command inside', () => {
    const text = readFileSync(join(folder, 'dist/cli.js'), 'utf8');
    expect(/require\("@nestjs(?:\/(?:core|common)|-flamingock\/\w+)"/.exec(text)?.[0]).toBeUndefined();
  });

  it('is planned, applied, repaired and verified by its own entry, as it says itself', () => {
    const help = cli('--help');
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: node dist\/cli\.js .*\$ node dist\/cli\.js issue list/s);
    expect(help.stdout).not.toContain('--module');
    expect(cli('plan', '--module', 'x')).toMatchObject({ status: 2 });

    const planned = cli('plan', '--json', '--exit-code');
    expect(planned.status).toBe(3);
    const { changes } = JSON.parse(planned.stdout) as PlanReport;
    expect(changes.map(({ changeId, action }) => `${changeId} ${action}`)).toEqual([
      'create-products EXECUTE',
      'publish-products EXECUTE',
    ]);

    expect(node('dist/cli.js', ['execute'], { BUNDLED_FAILS: 'true' })).toMatchObject({ status: 1 });
    const issues = cli('issue', 'list', '--exit-code');
    expect(issues.status).toBe(3);
    expect(issues.stdout).toContain('What to do: node dist/cli.js issue get -c publish-products --guidance');

    const { stdout } = cli('issue', 'get', '--guidance');
    const [, command = ''] = /Nothing of it: (node dist\/cli\.js audit fix .*?) {2}#/.exec(stdout) ?? [];
    execFileSync('sh', ['-c', command], {
      cwd: folder,
      env: environment({ CI: 'true', FLAMINGOCK_CI_ALLOW: 'audit fix' }),
    });
    expect(cli('execute')).toMatchObject({ status: 0 });
    expect(cli('plan', '--exit-code')).toMatchObject({ status: 0 });
    expect(cli('audit', 'verify').stdout).toMatch(/^✔ The history is unchanged/);

    const { entries } = JSON.parse(cli('audit', 'list', '--json').stdout) as { entries: AuditEntry[] };
    expect(entries.map(({ changeId }) => changeId)).toEqual(['create-products', 'publish-products']);
    const classes = entries.map(({ className }) => className);
    if (hasNames) expect(classes).toEqual(['CreateProducts', 'PublishProducts']);
    else expect(classes.join()).not.toContain('Products');
  });

  if (bundler !== 'webpack') {
    it('prints its own command where it cannot start, once it is told, and no line of the bundle', () => {
      const database = { BUNDLED_DATABASE: join(folder, 'failing.sqlite'), BUNDLED_FAILS: 'true' };
      const main = node('dist/main.js', [], { ...database, FLAMINGOCK_CLI: 'node dist/cli.js' });
      expect(main.status).toBe(1);
      const printed = main.stdout + main.stderr;
      expect(printed.includes('node dist/cli.js audit fix -c publish-products --resolution EXECUTED')).toBe(
        true,
      );
      expect(/.{2000}/.test(printed)).toBe(false);
    });
  }
});
