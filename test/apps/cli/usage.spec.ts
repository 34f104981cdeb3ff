import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEMO, demoIn, fixture, flamingock, type Ended } from './flamingock.js';

const COMMANDS = [
  ['status'],
  ['init'],
  ['create'],
  ['plan'],
  ['execute'],
  ['apply'],
  ['issue', 'list'],
  ['issue', 'ls'],
  ['issue', 'get'],
  ['audit', 'list'],
  ['audit', 'fix'],
  ['audit', 'verify'],
  ['audit', 'export'],
  ['undo'],
  ['redo'],
  ['lock', 'status'],
  ['lock', 'release'],
  ['service', 'rename'],
  ['import'],
  ['baseline'],
  ['completion'],
];

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'flamingock-cli-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A complaint of one paragraph and nothing else. */
function expectSentence({ code, stdout, stderr }: Ended, exitCode: number, says: RegExp): void {
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^ +at /m);
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
}

describe('help', () => {
  it.each(COMMANDS)('of %s %s has examples', async (...words: string[]) => {
    const { code, stdout } = await flamingock([...words, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}\$ flamingock /);
    expect(stdout).toContain('--json');
  });

  it('names every command and exit code', async () => {
    const { stdout } = await flamingock(['--help']);
    for (const [word = ''] of COMMANDS) expect(stdout).toContain(word);
    expect(stdout).toMatch(/0 {2}done\n {2}1 {2}failed\n {2}2 {2}wrong usage/);
  });

  it('loads neither Nest nor the engine', async () => {
    const told = join(folder, 'tell.cjs');
    writeFileSync(
      told,
      "process.on('exit', () => console.error(Object.keys(require.cache).filter((file) => /@nestjs|libs.core/.test(file)).join()));",
    );
    const { code, stderr } = await flamingock(['redo', '--help'], { node: ['--require', told] });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '\n' });
  });

  it('is shown where no command is named, as wrong usage', async () => {
    expect(await flamingock([])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Usage:'),
    });
    expect(await flamingock(['audit'])).toMatchObject({ code: 2 });
  });

  it('--version prints the version', async () => {
    expect(await flamingock(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('wrong usage', () => {
  it.each([
    [['plan', '--exit'], 'unknown option'],
    [['pla'], 'Did you mean plan?'],
    [['plan', 'now'], 'too many arguments'],
    [['audit', 'fix'], 'required option'],
    [['audit', 'fix', '-c', 'x', '--resolution', 'DONE'], 'Allowed choices are EXECUTED, ROLLED_BACK'],
    [['audit', 'list', '--limit', '0'], 'whole number from 1'],
    [['audit', 'export', '--format', 'xml'], 'Allowed choices are json, csv'],
    [['audit', 'export', '--format', 'csv', '--json'], 'ask for two things'],
    [['audit', 'verify', '--expect-head', '12'], '<seq>:<hash>'],
    [['lock', 'release', '--token', '-1', '--yes'], 'whole number'],
    [['undo'], 'Say what to undo'],
    [['undo', '-c', 'a', '--to', 'b'], 'Say what to undo'],
    [['undo', '-c', 'a', '--reason', 'x'], 'undo -c a --dry-run'],
    [['undo', '--to', 'a', '--reason', 'x', '--yes'], '--yes is not enough'],
    [['audit', 'fix', '-c', 'a', '--reason', 'x'], 'audit fix -c a --resolution EXECUTED --dry-run'],
    [['undo', '-c', 'a', '--yes'], 'Say why; it is recorded: npx --no @nestjs-flamingock/cli undo -c a'],
    [['undo', '-c', 'a', '--to', 'b', '--reason', ' '], 'Say why'],
    [['audit', 'fix', '-c', 'a'], 'audit fix -c a --resolution EXECUTED --reason "…"'],
    [['lock', 'release', '--token', '1', '--reason', 'x'], 'pass --yes'],
    [['lock', 'release', '--token', '1', '--yes'], 'lock release --token 1 --reason "…" --yes'],
    [['service', 'rename', 'shop', '--reason', 'x'], "missing required argument 'new'"],
    [['service', 'rename', 'shop', 'store'], 'required option'],
    [['service', 'rename', 'shop', 'store', '--reason', 'x'], 'pass --yes'],
  ])('%j exits with 2 and says why', async (args, says) => {
    const { code, stdout, stderr } = await flamingock(args);
    expect(stderr).toContain(says);
    expect({ code, stdout }).toEqual({ code: 2, stdout: args.includes('--json') ? stdout : '' });
  });

  it('is a document with --json', async () => {
    const { code, stdout } = await flamingock(['plan', '--nonsense', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: { name: 'UsageError', message: expect.stringContaining('--nonsense') },
    });
  });

  it('of an id that nobody knows gets near matches', async () => {
    const ended = await flamingock([...DEMO, 'issue', 'get', '-c', 'publish-fed'], demoIn(folder));
    expectSentence(ended, 2, /"publish-fed" is neither .* Did you mean "publish-feed"/);
  });

  it('of a time that is none is told', async () => {
    expectSentence(
      await flamingock([...DEMO, 'audit', 'list', '--since', 'yore'], demoIn(folder)),
      2,
      /"since"/,
    );
  });
});

describe('the application', () => {
  it('is what package.json names, from any folder below it', async () => {
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
    const module = resolve('apps/demo/dist/app.module.js');
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ flamingock: { module: `${module}#AppModule` } }),
    );
    const { env = {} } = demoIn(folder);
    expect(await flamingock(['plan'], { cwd: join(folder, 'deep', 'er'), env })).toMatchObject({ code: 0 });
  });

  it('must be named', async () => {
    writeFileSync(join(folder, 'package.json'), '{}');
    expectSentence(
      await flamingock(['plan'], { cwd: folder }),
      2,
      /--module dist.* "flamingock": \{ "module"/,
    );
  });

  it.each([
    [
      'a file that is not there',
      'dist/nothing.js',
      2,
      /there is no file .*nothing.js. Has the application been built\?/,
    ],
    [
      'an export that is not there',
      `${fixture('several.mjs')}#Third`,
      2,
      /no module Third; it exports FirstModule, SecondModule/,
    ],
    ['one of several exports', fixture('several.mjs'), 2, /Say which export is the root module/],
    ['a module without Flamingock', fixture('no-flamingock.mjs'), 2, /does not import FlamingockModule/],
    ['a file that throws', fixture('broken.mjs'), 1, /could not be loaded: broken on purpose/],
  ])('%s is told in one sentence', async (_, module, code, says) => {
    expectSentence(await flamingock(['-m', module, 'plan'], { cwd: folder }), code, says);
  });

  it('that cannot be started is told in one sentence, and with its stack where that is asked for', async () => {
    const env = { ...demoIn(folder).env, PORT: 'x' };
    const args = [...DEMO, 'plan'];
    expectSentence(await flamingock(args, { ...demoIn(folder), env }), 1, /could not be .*PORT must be/);
    const { stderr } = await flamingock([...args, '--verbose'], { ...demoIn(folder), env });
    expect(stderr).toMatch(/^ +at /m);
  });

  it('is silent about its start unless --verbose', async () => {
    expect((await flamingock([...DEMO, 'plan'], demoIn(folder))).stderr).toBe('');
    const { stdout, stderr } = await flamingock([...DEMO, 'plan', '--verbose', '--json'], demoIn(folder));
    expect(stderr).toContain('AppModule dependencies initialized');
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
  });

  it('in TypeScript works under a loader that compiles it, and is told to need one otherwise', async () => {
    const module = fixture('typescript.cts');
    expectSentence(await flamingock(['-m', module, 'plan'], demoIn(folder)), 1, /TypeScript needs a loader/);
    const node = ['--require', fixture('typescript-loader.cjs')];
    const planned = await flamingock(['-m', module, 'plan'], { ...demoIn(folder), node });
    expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining('6 pending') });
  });
});
