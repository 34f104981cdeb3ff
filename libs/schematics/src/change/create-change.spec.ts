import { change, MAIN, NEST_11_MANIFEST, SET_UP } from '../fixtures/applications.js';
import { MemoryFiles } from '../fixtures/memory-files.js';
import { FaultyRequestError, NotUnderstoodError } from '../schematics.errors.js';
import type { ChangeRequest } from './change-request.js';
import { createChange, type CreatedChange } from './create-change.js';

type Texts = Readonly<Record<string, string>>;

function create(texts: Texts, request: ChangeRequest): CreatedChange {
  return createChange(new MemoryFiles(texts), request, process.cwd());
}

/** What a created change does to the files. */
function after(texts: Texts, request: ChangeRequest): Texts {
  return new MemoryFiles(texts).after(create(texts, request).edits).texts;
}

function faultsOf(texts: Texts, request: ChangeRequest): readonly string[] {
  try {
    create(texts, request);
  } catch (error) {
    if (error instanceof FaultyRequestError) return error.faults;
    throw error;
  }
  return [];
}

/** The application with another root module. */
function withModule(source: string, more: Texts = {}): Texts {
  return { ...SET_UP, 'src/app.module.ts': source, ...more };
}

const IMPORTS = `import { FlamingockModule } from '@nestjs-flamingock/core';
import { CreateTables } from './changes/0001-create-tables.change';
`;

function featureOf(options: string, imports = IMPORTS): Texts {
  return withModule(`${imports}
const x = FlamingockModule.forFeature(${options});
`);
}

describe('a created change', () => {
  it('follows the last one of its stage, and is registered behind it', () => {
    const texts = after(SET_UP, { name: 'add-category' });
    expect(texts['src/changes/0003-add-category.change.ts']).toBe(
      `import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { EntityManager } from 'typeorm';

@Change({ id: 'add-category', order: '0003', author: 'team-shop' })
@TargetSystem('app-db')
export class AddCategory {
  constructor() {
    // No start gets past it: a change that is not written must not be applied.
    throw new Error(
      'add-category is not written yet: write execute,' +
        ' then delete the constructor that throws this.',
    );
  }

  @Execution()
  async execute(manager: EntityManager): Promise<void> {
    // What the change does.
  }

  @RollbackExecution()
  async rollback(manager: EntityManager): Promise<void> {
    // Takes back what execute did. Delete the method if nothing can.
    throw new Error('The rollback of add-category is not written.');
  }
}
`,
    );
    expect(texts['src/app.module.ts']).toBe(
      SET_UP['src/app.module.ts']!.replace(
        "0002-seed-products.change';\n",
        "0002-seed-products.change';\nimport { AddCategory } from './changes/0003-add-category.change';\n",
      ).replace('[CreateTables, SeedProducts]', '[CreateTables, SeedProducts, AddCategory]'),
    );
  });

  it('has a test beside it, of the root module and for the runner of the project', () => {
    expect(after(SET_UP, { name: 'add-category' })['src/changes/0003-add-category.change.spec.ts']).toBe(
      `import { FlamingockTest } from '@nestjs-flamingock/testing';
import { AppModule } from '../app.module';

describe('add-category', () => {
  // History is kept in memory; target systems are the application's own.
  beforeAll(() => {
    throw new Error(
      'This test applies add-category to the target systems that the application is configured with.' +
        ' Point them at ones for tests, then delete this beforeAll.',
    );
  });

  it('is applied', async () => {
    const flamingock = await FlamingockTest.create({
      imports: [AppModule],
    });
    await flamingock.run();
    const states = await flamingock.states();
    await flamingock.close();

    expect(states['add-category']).toEqual(['STARTED', 'EXECUTED']);
  });
});
`,
    );
    const vitest = { ...SET_UP, 'package.json': NEST_11_MANIFEST.replace('"jest": "', '"vitest": "') };
    expect(after(vitest, { name: 'add-category' })['src/changes/0003-add-category.change.spec.ts']).toContain(
      "import { beforeAll, describe, expect, it } from 'vitest';",
    );
    const neither = { ...SET_UP, 'package.json': '{}' };
    expect(create(neither, { name: 'add-category' }).edits.map(({ path }) => path)).toEqual([
      'src/changes/0003-add-category.change.ts',
      'src/app.module.ts',
    ]);
  });

  it.each(['AddCategory', 'addCategory', 'add_category', 'add-category', 'shop/add-category'])(
    'called %s has the id add-category',
    (name) =>
      expect(create(SET_UP, { name })).toMatchObject({
        id: 'add-category',
        className: 'AddCategory',
        stage: 'shop',
      }),
  );

  it('tells of an order that comes before the last one of its stage', () => {
    expect(create(SET_UP, { name: 'x', order: '00015' }).notes).toEqual([
      expect.stringMatching(/^Its order comes before "0002": .*outOfOrder/),
    ]);
    expect(create(SET_UP, { name: 'x', order: '0009' }).notes).toEqual([]);
  });

  it('writes options that are too long for a line below each other', () => {
    const author = 'team-that-looks-after-the-catalogue-of-the-whole-shop';
    expect(
      after(SET_UP, { name: 'add-category', author })['src/changes/0003-add-category.change.ts'],
    ).toContain(`@Change({\n  id: 'add-category',\n  order: '0003',\n  author: '${author}',\n})\n`);
  });

  it('imports with an extension where the file does', () => {
    const source = SET_UP['src/app.module.ts']!.replaceAll(".change';", ".change.js';");
    const texts = after(withModule(source, { 'src/main.ts': MAIN.replace('app.module', 'app.module.js') }), {
      name: 'add-category',
    });
    expect(texts['src/app.module.ts']).toContain("'./changes/0003-add-category.change.js';");
    expect(texts['src/changes/0003-add-category.change.spec.ts']).toContain("from '../app.module.js';");
  });

  it('keeps quotes, missing semicolons and line ends of the file', () => {
    const source = SET_UP['src/app.module.ts']!.replaceAll("'", '"')
      .replaceAll(';\n', '\n')
      .replaceAll('\n', '\r\n');
    const module = after(withModule(source), { name: 'add-category' })['src/app.module.ts'];
    expect(module).toContain(
      'change"\r\nimport { AddCategory } from "./changes/0003-add-category.change"\r\n',
    );
  });
});

describe('the list of a stage', () => {
  const added = (options: string, imports?: string): string | undefined => {
    const texts = after(featureOf(options, imports), { name: 'add-category' });
    return /forFeature\(([^]*?)\);/.exec(texts['src/app.module.ts']!)?.[1];
  };

  it('is added to on its line', () => {
    expect(added("{ stage: 'a', changes: [] }")).toBe("{ stage: 'a', changes: [AddCategory] }");
    expect(added("{ stage: 'a', changes: [CreateTables,] }")).toBe(
      "{ stage: 'a', changes: [CreateTables, AddCategory] }",
    );
  });

  it.each([
    ['a trailing comma', '[\n  CreateTables,\n]', '[\n  CreateTables,\n  AddCategory,\n]'],
    ['no trailing comma', '[\n  CreateTables\n]', '[\n  CreateTables,\n  AddCategory\n]'],
    ['a comment', '[\n  CreateTables, // first\n]', '[\n  CreateTables, // first\n  AddCategory,\n]'],
    [
      'a comment and no comma',
      '[\n  CreateTables // first\n]',
      '[\n  CreateTables, // first\n  AddCategory\n]',
    ],
    ['a deeper indent', '[\n\t\tCreateTables,\n\t]', '[\n\t\tCreateTables,\n\t\tAddCategory,\n\t]'],
  ])('on several lines gets one more: %s', (_, list, expected) => {
    expect(added(`{ stage: 'a', changes: ${list} }`)).toBe(`{ stage: 'a', changes: ${expected} }`);
  });

  it('may be a constant of the file or another one, behind an alias and a barrel', () => {
    const imports = `import { FlamingockModule as Flamingock } from '@nestjs-flamingock/core';
import { ALL as CHANGES, STAGE } from '@app/changes';
`;
    const source = `${imports}Flamingock.forFeature({ stage: STAGE, changes: CHANGES });\n`;
    const texts = after(
      withModule(source, {
        'tsconfig.json': '{ "compilerOptions": { "paths": { "@app/*": ["./src/*"] } } } // ours',
        'src/changes/index.ts': "export * from './all';\n",
        'src/changes/all.ts': `import { CreateTables } from './0001-create-tables.change';

export const STAGE = 'shop' as const;
export const ALL = [CreateTables] as const;
`,
      }),
      { name: 'add-category', stage: 'shop' },
    );
    expect(texts['src/app.module.ts']).toBe(source);
    expect(texts['src/changes/all.ts']).toContain(
      "import { AddCategory } from './0002-add-category.change';",
    );
    expect(texts['src/changes/all.ts']).toContain('ALL = [CreateTables, AddCategory] as const');
  });

  it('counts the changes of lists that it takes in', () => {
    const options = "{ stage: 'a', changes: [...EARLIER] }";
    const imports = `${IMPORTS}import { SeedProducts } from './changes/0002-seed-products.change';
const EARLIER = [CreateTables, SeedProducts];`;
    expect(create(featureOf(options, imports), { name: 'add-category' }).order).toBe('0003');
  });

  it('finds a class that its file exports as default', () => {
    const texts = featureOf(
      "{ stage: 'a', changes: [CreateTables] }",
      IMPORTS.replace('{ CreateTables }', 'CreateTables'),
    );
    const file = 'src/changes/0001-create-tables.change.ts';
    const source = texts[file]!.replace('export class', 'export default class');
    expect(create({ ...texts, [file]: source }, { name: 'add-category' }).order).toBe('0002');
  });

  it('that stands nowhere is not added to, and what to write is told', () => {
    const texts = featureOf("{ stage: 'a', changes: changesOf('a') }");
    expect(() => create(texts, { name: 'add-category', target: 'app-db' })).toThrow(NotUnderstoodError);
    expect(() => create(texts, { name: 'add-category', target: 'app-db' })).toThrow(
      /app\.module\.ts:4 names the changes of stage "a" in no list[^]*changes: \[AddCategory\]/,
    );
  });

  it('gets another class name where the file uses that one', () => {
    const imports = `${IMPORTS}import { AddCategory } from './add-category.dto';`;
    expect(added("{ stage: 'a', changes: [CreateTables] }", imports)).toContain(
      '[CreateTables, AddCategoryChange]',
    );
  });
});

describe('the file of a change', () => {
  const fileOf = (texts: Texts, request: ChangeRequest): string | undefined =>
    create(texts, request).edits[0]?.path;

  it('is named as those of its stage are', () => {
    const texts = {
      ...SET_UP,
      'src/app.module.ts': SET_UP['src/app.module.ts']!.replace('0002-seed-products', 'seed-products'),
      'src/changes/seed-products.change.ts': change('seed-products', '0002'),
    };
    expect(fileOf(texts, { name: 'add-category' })).toBe('src/changes/add-category.change.ts');
  });

  it('of an empty stage is in a folder of that stage, if there are others', () => {
    const empty = "FlamingockModule.forFeature({ stage: 'feed', changes: [] })";
    const source = SET_UP['src/app.module.ts']!.replace('  ],\n})', `    ${empty},\n  ],\n})`);
    expect(fileOf(withModule(source), { name: 'publish', stage: 'feed', target: 'app-db' })).toBe(
      'src/changes/feed/0001-publish.change.ts',
    );
    expect(fileOf(featureOf("{ stage: 'a', changes: [] }"), { name: 'publish' })).toBe(
      'src/changes/0001-publish.change.ts',
    );
  });
});

describe('what a change is given', () => {
  const given = (factory: string, request: Partial<ChangeRequest> = {}): string => {
    const source = `${SET_UP['src/app.module.ts']!}\nconst more = ${factory}('other', {});\n`;
    const texts = after(withModule(source), { name: 'x', target: 'other', ...request });
    return texts['src/changes/0003-x.change.ts']!;
  };

  it.each([
    ['typeOrmTargetSystem', 'execute(manager: EntityManager)'],
    ['mongooseTargetSystem', '@InjectClientSession() session: ClientSession'],
    ['kafkaTargetSystem', '@InjectKafkaTransaction() transaction: Transaction'],
    ['redisTargetSystem', '@InjectRedisTransaction() transaction: ChainableCommander'],
    ['fileSystemTargetSystem', 'execute(files: Files)'],
    ['s3TargetSystem', 'execute(objects: S3Objects)'],
    ['nonTransactionalTargetSystem', "transactional: false })\n@TargetSystem('other')"],
    ['acmeTargetSystem', 'execute():'],
  ])('is what %s lends', (factory, expected) => expect(given(factory)).toContain(expected));

  it.each([
    ['mongooseTargetSystem', 'execute(@InjectConnection() connection: Connection)'],
    ['kafkaTargetSystem', 'execute(@InjectKafkaAdmin() admin: Admin)'],
    ['redisTargetSystem', 'execute(redis: Redis)'],
  ])('outside a transaction is what %s lends there', (factory, expected) => {
    const source = given(factory, { transactional: false });
    expect(source).toContain(expected);
    expect(source).toContain('transactional: false');
  });
});

describe('a request that makes no sense', () => {
  it('has all that is wrong told at once', () => {
    expect(faultsOf(SET_UP, { name: '1st', stage: 'sales', target: 'app-dd' })).toEqual([
      expect.stringContaining('"1st" is no name of a change'),
      'There is no stage "sales"; there is "shop".',
      'There is no target system "app-dd"; there is "app-db".',
    ]);
    expect(faultsOf(SET_UP, { name: 'seed-products', order: '0001' })).toEqual([
      'There is a change "seed-products" already: src/changes/0002-seed-products.change.ts.',
      'Stage "shop" has a change with the order "0001" already.',
    ]);
  });

  it('names no stage where there are several', () => {
    const two = `${SET_UP['src/app.module.ts']!}\nFlamingockModule.forFeature({ stage: 'feed', changes: [] });\n`;
    expect(faultsOf(withModule(two), { name: 'x' })).toEqual([
      'Which stage? --stage takes one of "shop", "feed".',
    ]);
  });

  it('wants a transaction of a target system without any', () => {
    const source = `${SET_UP['src/app.module.ts']!}\nnonTransactionalTargetSystem('mail');\n`;
    expect(faultsOf(withModule(source), { name: 'x', target: 'mail', transactional: true })).toEqual([
      'Target system "mail" has no transactions: a change of it cannot be transactional.',
    ]);
  });

  it('comes before there is a stage', () => {
    expect(faultsOf({ 'package.json': '{}' }, { name: 'x', target: 't' })[0]).toContain(
      'npx --no @nestjs-flamingock/cli init',
    );
  });

  it('would overwrite a file', () => {
    const file = 'src/changes/0003-x.change.ts';
    expect(faultsOf({ ...SET_UP, [file]: '' }, { name: 'x' })).toEqual([`${file} is there already.`]);
  });

  it('leaves open where a change goes whose neighbours cannot be read', () => {
    const texts = featureOf("{ stage: 'a', changes: [CreateTables, ...more()] }");
    expect(faultsOf(texts, { name: 'x' })).toEqual([
      'The order of ...more() in stage "a" is not written out: pass --order.',
    ]);
    expect(create(texts, { name: 'x', order: '0009' })).toMatchObject({
      order: '0009',
      notes: [expect.stringMatching(/^Its order must come after that of \.\.\.more\(\)/)],
    });
  });
});

describe('a monorepo', () => {
  const feature = (stage: string): string =>
    `import { FlamingockModule } from '@nestjs-flamingock/core';
FlamingockModule.forFeature({ stage: '${stage}', changes: [] });
typeOrmTargetSystem('app-db');
`;
  const texts: Texts = {
    'package.json': NEST_11_MANIFEST,
    'nest-cli.json': JSON.stringify({
      monorepo: true,
      sourceRoot: 'apps/shop/src',
      projects: {
        shop: { type: 'application', root: 'apps/shop', sourceRoot: 'apps/shop/src' },
        office: { type: 'application', root: 'apps/office', sourceRoot: 'apps/office/src' },
      },
    }),
    'apps/shop/src/app.module.ts': `${feature('app')}export class AppModule {}\n`,
    'apps/shop/src/main.ts': MAIN,
    'apps/office/src/app.module.ts': `${feature('app')}export class AppModule {}\n`,
    'apps/office/src/main.ts': MAIN,
  };

  it('has stages of each project', () => {
    expect(faultsOf(texts, { name: 'x' })).toEqual([
      'Stage "app" is in several projects: "shop", "office". Say which one: --project.',
    ]);
    const made = create(texts, { name: 'x', project: 'office' });
    expect(made.edits.map(({ path }) => path)).toEqual([
      'apps/office/src/changes/0001-x.change.ts',
      'apps/office/src/changes/0001-x.change.spec.ts',
      'apps/office/src/app.module.ts',
    ]);
    expect(faultsOf(texts, { name: 'x', project: 'sales' })).toEqual([
      'There is no project "sales"; there is "shop", "office".',
    ]);
  });
});
