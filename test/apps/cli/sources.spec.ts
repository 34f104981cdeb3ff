import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  MAIN,
  NEST_11_MANIFEST,
  SET_UP,
  TYPEORM_MODULE,
} from '../../../libs/schematics/src/fixtures/applications.js';
import { flamingock, flamingockOnTerminal, type Ended } from './flamingock.js';

const APPLICATION = {
  'package.json': NEST_11_MANIFEST,
  'src/main.ts': MAIN,
  'src/app.module.ts': TYPEORM_MODULE,
};
const CHANGE = 'src/changes/0003-add-category.change.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'flamingock-cli-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts an application there, which has a compiler and the schematics. */
function given(texts: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  mkdirSync(join(folder, 'node_modules'));
  for (const name of ['typescript', '@nestjs-flamingock'])
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
}

/** All sources there are. */
function sources(): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const own = names.filter((name) => !name.startsWith('node_modules') && /\.(ts|json)$/.test(name));
  return Object.fromEntries(own.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const command = (...args: string[]): Promise<Ended> => flamingock(args, { cwd: join(folder, 'src') });

describe('create', () => {
  it('writes a change and a test, registers it, and says what is next', async () => {
    given(SET_UP);
    const { code, stdout, stderr } = await command('create', 'add-category', '--transactional', 'false');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`✔ create  ${CHANGE}
✔ create  src/changes/0003-add-category.change.spec.ts
✔ update  src/app.module.ts
  Change "add-category" is 0003 of stage "shop", on target system "app-db", not transactional.
  Next: write its execute in ${CHANGE}, then delete its constructor: no start gets past it.
`);
    expect(Object.keys(sources())).toEqual(
      expect.arrayContaining([CHANGE, CHANGE.replace('.ts', '.spec.ts')]),
    );
    expect(sources()['src/app.module.ts']).toContain('[CreateTables, SeedProducts, AddCategory]');
  });

  it('--dry-run shows what it would write, and writes nothing', async () => {
    given(SET_UP);
    const { code, stdout } = await command('create', 'add-category', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain(`--- /dev/null\n+++ ${CHANGE}\n`);
    expect(stdout).toContain(
      "+    FlamingockModule.forFeature({ stage: 'shop', changes: [CreateTables, SeedProducts, AddCategory] }),\n",
    );
    expect(sources()).toEqual(SET_UP);
  });

  it('--json has one document', async () => {
    given(SET_UP);
    const { stdout } = await command('create', 'add-category', '--json');
    expect(JSON.parse(stdout)).toEqual({
      dryRun: false,
      id: 'add-category',
      className: 'AddCategory',
      notes: [],
      order: '0003',
      stage: 'shop',
      target: 'app-db',
      files: [
        { path: CHANGE, action: 'create' },
        { path: CHANGE.replace('.ts', '.spec.ts'), action: 'create' },
        { path: 'src/app.module.ts', action: 'update' },
      ],
    });
  });

  it('tells all that is wrong at once, as wrong usage', async () => {
    given(SET_UP);
    const { code, stdout, stderr } = await command('create', '1st', '--stage', 'sales', '--target', 'mail');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const fault of ['"1st" is no name', 'no stage "sales"', 'no target system "mail"'])
      expect(stderr).toContain(fault);
    expect(sources()).toEqual(SET_UP);
  });

  it('says what is missing where there is no compiler', async () => {
    given(SET_UP);
    rmSync(join(folder, 'node_modules/typescript'));
    const { code, stderr } = await command('create', 'add-category');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('npm install --save-dev @nestjs/cli'),
    });
  });
});

describe('init', () => {
  it('sets up an application, and says what to install', async () => {
    given(APPLICATION);
    const { code, stdout, stderr } = await command('init', '--yes');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^✔ create {2}src\/changes\/0001-first-change.change.ts\n[^]* Next: npm install\n/,
    );
    expect(sources()['src/app.module.ts']).toContain('FlamingockModule.forRoot({');
    expect(sources()['package.json']).toContain('"module": "dist/app.module.js#AppModule"');
  });

  it('without a terminal shows what it would write, and changes nothing', async () => {
    given(APPLICATION);
    const { code, stdout, stderr } = await command('init');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('pass --yes') });
    expect(stdout).toContain('+    FlamingockModule.forRoot({\n');
    expect(sources()).toEqual(APPLICATION);
  });

  it.each([
    ['y', 0, true],
    ['n', 1, false],
  ])('asks on a terminal: %s', async (answer, code, isChanged) => {
    given(APPLICATION);
    const ended = await flamingockOnTerminal(['init'], 100, { cwd: folder, typed: `${answer}\n` });
    expect(ended).toMatchObject({ code, stdout: expect.stringContaining('Write 3 files? [y/N]') });
    expect(sources()['src/app.module.ts'] !== TYPEORM_MODULE).toBe(isChanged);
  });

  it('changes nothing of an application that it does not understand, and prints what to add by hand', async () => {
    const texts = { ...APPLICATION, 'src/main.ts': 'start();\n' };
    given(texts);
    const { code, stdout, stderr } = await command('init', '--yes');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Nothing was changed: No NestFactory.create');
    expect(stderr).toContain('npm install @nestjs-flamingock/core@');
    expect(stderr).toContain("TypeOrmModule.forRoot({ type: 'better-sqlite3', database: 'app.db' })");
    expect(sources()).toEqual(texts);
  });
});

describe('as a schematic', () => {
  const schematics = resolve('node_modules/@angular-devkit/schematics-cli/bin/schematics.js');
  /** What `nest generate` starts, with the options that it adds. */
  const generate = (name: string, ...options: string[]): string =>
    execFileSync(
      process.execPath,
      [
        schematics,
        `@nestjs-flamingock/schematics:${name}`,
        '--source-root="src"',
        '--language="ts"',
        '--spec',
        '--flat=false',
        ...options,
      ],
      { cwd: folder, encoding: 'utf8', stdio: 'pipe' },
    );

  it('a change is written as by create', async () => {
    given(SET_UP);
    expect(generate('change', '--name=add-category', '--path=shop')).toContain(`${CHANGE} (`);
    const generated = sources();
    rmSync(folder, { recursive: true });
    given(SET_UP);
    await command('create', 'add-category');
    expect(sources()).toEqual(generated);
  });

  it.each(['init', 'nest-add'])('%s sets up an application as init does', async (name) => {
    given(APPLICATION);
    expect(generate(name)).toContain('package.json (');
    const generated = sources();
    rmSync(folder, { recursive: true });
    given(APPLICATION);
    await command('init', '--yes');
    expect(sources()).toEqual(generated);
  });

  it('says what is wrong', () => {
    given(SET_UP);
    expect(() => generate('change', '--name=seed-products')).toThrow(
      'There is a change "seed-products" already',
    );
  });
});
