import { MAIN, NEST_11_MANIFEST, SET_UP, TYPEORM_MODULE } from '../fixtures/applications.js';
import { MemoryFiles } from '../fixtures/memory-files.js';
import { FaultyRequestError, NotUnderstoodError } from '../schematics.errors.js';
import { setUp, type SetUp, type SetUpRequest } from './set-up.js';

type Texts = Readonly<Record<string, string>>;

const APPLICATION: Texts = {
  'package.json': NEST_11_MANIFEST,
  'tsconfig.json': '{ "compilerOptions": { "outDir": "./dist" } }',
  'src/main.ts': MAIN,
  'src/app.module.ts': TYPEORM_MODULE,
};

function made(texts: Texts, request: SetUpRequest = {}): SetUp {
  return setUp(new MemoryFiles(texts), request, process.cwd());
}

function after(texts: Texts, request: SetUpRequest = {}): Texts {
  return new MemoryFiles(texts).after(made(texts, request).edits).texts;
}

const withModule = (source: string): Texts => ({ ...APPLICATION, 'src/app.module.ts': source });

describe('a set-up', () => {
  it('adds module, stage and first change, and keeps the rest of the file', () => {
    expect(after(APPLICATION)['src/app.module.ts']).toBe(`import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppController } from './app.controller';
import { AppService } from './app.service';
import { FlamingockModule } from '@nestjs-flamingock/core';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { FirstChange } from './changes/0001-first-change.change';

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: 'app.db' }),
    FlamingockModule.forRoot({
      auditStore: typeOrmAuditStore(),
      targetSystems: [typeOrmTargetSystem('app-db')],
    }),
    FlamingockModule.forFeature({ stage: 'app', changes: [FirstChange] }),
  ],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`);
    expect(after(APPLICATION)['src/changes/0001-first-change.change.ts']).toContain(
      "@Change({ id: 'first-change', order: '0001', author: 'Anna Muster' })",
    );
  });

  it('adds to package.json what it lacks, and changes nothing in it', () => {
    const texts = {
      ...APPLICATION,
      'package.json': NEST_11_MANIFEST.replace(
        '"typeorm": "^0.3.28"',
        '"@nestjs-flamingock/core": "file:core.tgz",\n    "typeorm": "^0.3.28"',
      ),
    };
    const manifest = JSON.parse(after(texts)['package.json']!) as Record<string, Record<string, string>>;
    expect(manifest).toMatchObject({
      scripts: { build: 'nest build', flamingock: 'flamingock', test: 'jest' },
      flamingock: { module: 'dist/app.module.js#AppModule' },
      dependencies: {
        '@nestjs-flamingock/cli': expect.stringMatching(/^\^\d/),
        '@nestjs-flamingock/core': 'file:core.tgz',
        '@nestjs-flamingock/typeorm': expect.stringMatching(/^\^\d/),
      },
      devDependencies: { '@nestjs-flamingock/testing': expect.stringMatching(/^\^\d/) },
    });
    expect(Object.keys(manifest['dependencies']!)).toEqual(Object.keys(manifest['dependencies']!).sort());
    expect(after(texts)['package.json']).toMatch(/^\{\n {2}"name": "shop",[^]*\}\n$/);
  });

  it.each([
    ['forRoot', "{ type: 'better-sqlite3', database: 'app.db', migrationsRun: true }", 'forRoot'],
    ['a factory', '{ useFactory: () => ({ ...own, migrations: [AddUser1700000000000] }) }', 'forRootAsync'],
  ])('says how migrations of TypeORM are taken over that are given to %s', (_, options, method) => {
    const source = TYPEORM_MODULE.replace(
      /TypeOrmModule\.forRoot\([^)]*\)/,
      `TypeOrmModule.${method}(${options})`,
    );
    expect(made(withModule(source)).notes).toEqual([
      expect.stringMatching(/ import typeorm .*migrationsRun/),
    ]);
    expect(made(APPLICATION).notes).toEqual([]);
  });

  it('can be added to by a created change', async () => {
    const { createChange } = await import('../change/create-change.js');
    const { order, stage, target } = createChange(
      new MemoryFiles(after(APPLICATION)),
      { name: 'add-category' },
      process.cwd(),
    );
    expect({ order, stage, target }).toEqual({ order: '0002', stage: 'app', target: 'app-db' });
  });

  it.each([
    [
      'several lines',
      'imports: [\n    ConfigModule,\n    TypeOrmModule.forRoot({}),\n  ],',
      '    TypeOrmModule.forRoot({}),\n    FlamingockModule.forRoot({',
    ],
    [
      'no trailing comma',
      'imports: [\n    TypeOrmModule.forRoot({})\n  ],',
      '    TypeOrmModule.forRoot({}),\n    FlamingockModule.forRoot({',
    ],
    [
      'forRootAsync',
      'imports: [TypeOrmModule.forRootAsync({ useFactory: () => ({}) })],',
      'imports: [\n    TypeOrmModule.forRootAsync(',
    ],
    [
      'a constant',
      'imports: IMPORTS,',
      'const IMPORTS = [\n  TypeOrmModule.forRoot({}),\n  FlamingockModule.forRoot({',
    ],
  ])('adds to imports that are written as %s', (_, imports, expected) => {
    const constant = imports.includes('IMPORTS')
      ? 'const IMPORTS = [TypeOrmModule.forRoot({})];\n\n@Module'
      : '@Module';
    const source = TYPEORM_MODULE.replace(/imports: .*/, imports).replace('@Module', constant);
    expect(after(withModule(source))['src/app.module.ts']).toContain(expected);
  });

  it('adds imports to a root module without any, whose database is in another module', () => {
    const source = TYPEORM_MODULE.replace(/ {2}imports: .*\n/, '');
    const texts = {
      ...withModule(source),
      'src/database.module.ts': TYPEORM_MODULE.replace('AppModule', 'DatabaseModule'),
    };
    expect(after(texts)['src/app.module.ts']).toContain(`  providers: [AppService],
  imports: [
    FlamingockModule.forRoot({
      auditStore: typeOrmAuditStore(),
      targetSystems: [typeOrmTargetSystem('app-db')],
    }),
    FlamingockModule.forFeature({ stage: 'app', changes: [FirstChange] }),
  ],
})`);
    expect(
      after(withModule(`${source.replace(/@Module\([^]*?\n\}\)/, '@Module({})')}TypeOrmModule.forRoot({});`))[
        'src/app.module.ts'
      ],
    ).toContain(`@Module({
  imports: [
    FlamingockModule.forRoot({`);
  });

  it('takes the connection that has a name, if it is the only one', () => {
    const source = TYPEORM_MODULE.replace('{ type:', "{ name: 'main', type:");
    expect(after(withModule(source))['src/app.module.ts']).toContain(
      "auditStore: typeOrmAuditStore({ dataSource: 'main' }),\n      targetSystems: [typeOrmTargetSystem('app-db', { dataSource: 'main' })],",
    );
  });

  it('uses Mongoose where that is the database', () => {
    const source = TYPEORM_MODULE.replace(
      /TypeOrmModule\.forRoot\(.*\)\]/,
      "MongooseModule.forRoot('mongodb://db/shop')]",
    );
    const texts = after(withModule(source));
    expect(texts['src/app.module.ts']).toContain('auditStore: mongooseAuditStore()');
    expect(texts['src/changes/0001-first-change.change.ts']).toContain('transactional: false');
  });
});

describe('what is to be installed', () => {
  it('is what package.json has got', () => expect(made(APPLICATION).install).toBe('npm install'));

  it("names the driver, and Nest's module in the major version of Nest", () => {
    const lacking = NEST_11_MANIFEST.replace(
      '"@nestjs/typeorm": "^11.0.0",',
      '"@nestjs/typeorm": "^12.0.0",',
    ).replace('"better-sqlite3": "^12.0.0",\n    ', '');
    expect(made({ ...APPLICATION, 'package.json': lacking }).install).toBe(
      'npm install @nestjs/typeorm@^11.0.0 better-sqlite3',
    );
  });
});

describe('an application that is not understood', () => {
  it.each([
    [
      'without a database',
      withModule(TYPEORM_MODULE.replace(/imports: .*/, 'imports: [],')),
      /No TypeOrmModule\.forRoot\(…\) or Mongoose/,
    ],
    ['without NestFactory', { ...APPLICATION, 'src/main.ts': 'start();' }, /No NestFactory\.create/],
    [
      'whose imports are made',
      withModule(TYPEORM_MODULE.replace('imports: [', 'imports: all(').replace(')],', ')),')),
      /imports of AppModule are no list/,
    ],
    [
      'with two databases',
      withModule(`${TYPEORM_MODULE}MongooseModule.forRoot('x');`),
      /--database typeorm or --database mongoose/,
    ],
  ])('%s is told what to add by hand', (_, texts, reason) => {
    expect(() => made(texts)).toThrow(NotUnderstoodError);
    expect(() => made(texts)).toThrow(reason);
    expect(() => made(texts)).toThrow(
      /npm install @nestjs-flamingock\/core@.* @nestjs\/typeorm@\^11\.0\.0 typeorm better-sqlite3/,
    );
  });

  it('may say which database it is', () => {
    const both = withModule(`${TYPEORM_MODULE}MongooseModule.forRoot('x');`);
    expect(after(both, { database: 'typeorm' })['src/app.module.ts']).toContain('typeOrmAuditStore()');
  });

  it('has Flamingock already', () => {
    expect(() => made(SET_UP)).toThrow(FaultyRequestError);
    expect(() => made(SET_UP)).toThrow('Flamingock is set up already: src/app.module.ts.');
  });
});

describe('a monorepo', () => {
  const project = (name: string) => ({
    type: 'application',
    root: `apps/${name}`,
    sourceRoot: `apps/${name}/src`,
  });
  const texts: Texts = {
    'package.json': NEST_11_MANIFEST,
    'nest-cli.json': JSON.stringify({
      monorepo: true,
      projects: { shop: project('shop'), office: project('office') },
    }),
    'apps/shop/src/main.ts': MAIN,
    'apps/shop/src/app.module.ts': TYPEORM_MODULE,
    'apps/office/src/main.ts': MAIN,
    'apps/office/src/app.module.ts': TYPEORM_MODULE,
  };

  it('is asked which project is meant', () => {
    expect(() => made(texts)).toThrow('--project takes one of "shop", "office".');
  });

  it('is bundled by default, where no module can be found by its path', () => {
    const { edits, notes } = made(texts, { project: 'office' });
    expect(edits.map(({ path }) => path)).toEqual([
      'apps/office/src/changes/0001-first-change.change.ts',
      'apps/office/src/app.module.ts',
      'package.json',
    ]);
    expect(edits.at(-1)?.after).not.toContain('"module"');
    expect(notes).toEqual([expect.stringContaining('puts this application into one file')]);
  });
});
