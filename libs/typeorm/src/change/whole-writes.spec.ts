import { OmittedWriteError } from '@nestjs-flamingock/core';
import { createGuard } from '@nestjs-flamingock/core/adapter';
import {
  AfterLoad,
  Column,
  DataSource,
  Entity,
  EntityPropertyNotFoundError,
  EntitySchema,
  ManyToOne,
  PrimaryColumn,
  VirtualColumn,
  type EntityManager,
  type Repository,
} from 'typeorm';
import { describeOnServers } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { keysOf, note } from '../fixtures/notes.js';
import { CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';

class Size {
  @Column({ type: 'int', nullable: true })
  width?: number;
}

@Entity()
class Maker {
  @PrimaryColumn()
  id!: number;

  @Column({ nullable: true, type: 'text' })
  name?: string;
}

@Entity()
class Product {
  @PrimaryColumn()
  id!: number;

  @Column({ nullable: true, type: 'text', select: false, name: 'product_name' })
  name?: string;

  @Column(() => Size)
  size?: Size;

  @ManyToOne(() => Maker, { cascade: true })
  maker?: Maker;

  @VirtualColumn({ query: () => 'SELECT 1' })
  virtual?: number;

  /** No column. */
  note = '';

  get label(): string {
    return `${this.id}`;
  }
}

@Entity()
class Loaded {
  @PrimaryColumn()
  id!: number;

  @AfterLoad()
  compute(): void {
    Object.assign(this, { computed: 1 });
  }
}

const Plain = new EntitySchema<{ id: number }>({
  name: 'plain',
  columns: { id: { primary: true, type: 'int' } },
});

let dataSource: DataSource;
let target: TypeOrmTargetSystem;

beforeEach(async () => {
  dataSource = await new DataSource({
    type: 'better-sqlite3',
    database: ':memory:',
    entities: [Product, Maker, Loaded, Plain],
    synchronize: true,
  }).initialize();
  target = targetSystem(dataSource);
});

afterEach(async () => {
  await target.close();
  await dataSource.destroy();
});

type Work = (manager: EntityManager) => Promise<unknown>;

const kinds: Record<string, (work: Work) => Promise<unknown>> = {
  'a transactional change': async (work) => {
    const outcome = await target.transaction(CHANGE, async (handles) => {
      await work(managerOf(handles));
    });
    if (outcome.status !== 'committed') throw outcome.error;
  },
  'a change without a transaction': (work) =>
    target.run(CHANGE, async (handles) => {
      await work(managerOf(handles));
    }),
};

const colour = { id: 1, colour: 'red' } as Partial<Product>;

const ways: Record<string, Work> = {
  'insert of its manager': (manager) => manager.insert(Product, colour),
  'insert of several': (manager) => manager.insert(Product, [{ id: 2 }, colour]),
  upsert: (manager) => manager.upsert(Product, colour, ['id']),
  'save of a row that is new': (manager) => manager.save(Product, colour),
  'save of a row that is there': async (manager) => {
    await manager.insert(Product, { id: 1 });
    await manager.save(Product, [colour]);
  },
  'a repository of its manager': (manager) => manager.getRepository(Product).save(colour),
  'a repository of the application': () => dataSource.getRepository(Product).insert(colour),
  'save of the application': () => dataSource.manager.save(Product, colour),
  'a query builder': (manager) =>
    manager.createQueryBuilder().insert().into(Product).values(colour).orIgnore().execute(),
  'a query builder of a repository': () =>
    dataSource.getRepository(Product).createQueryBuilder().insert().values(colour).execute(),
  'a transaction of the application': () =>
    dataSource.transaction((manager) => manager.insert(Product, colour)),
  'a query runner of the application': async () => {
    const runner = dataSource.createQueryRunner();
    await runner.manager.save(Product, colour).finally(() => runner.release());
  },
};

for (const [kind, change] of Object.entries(kinds)) {
  describe(`what TypeORM would leave out of what ${kind} writes`, () => {
    for (const [way, write] of Object.entries(ways)) {
      it(`fails it through ${way}`, async () => {
        const error: unknown = await change(write).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(OmittedWriteError);
        expect(error).toMatchObject({ changeId: CHANGE.changeId, entity: 'Product', property: 'colour' });
      });
    }

    it('is refused by TypeORM itself through update', async () => {
      const error: unknown = await change((manager) => manager.update(Product, 1, colour)).catch(
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(EntityPropertyNotFoundError);
    });

    it('is nothing where it is a property of the entity', async () => {
      await change(async (manager) => {
        const whole = { id: 1, name: 'n', size: { width: 1 }, maker: { id: 1, name: 'm' }, virtual: 1 };
        const products = manager.getRepository(Product);
        await products.save(whole);
        await products.upsert({ ...whole, id: 2 }, ['id']);
        await products.insert({ id: 3, name: () => `'n'`, size: null } as never);
        await products.save({ id: 3, gone: undefined } as never);
      });
      const names = await dataSource.query('SELECT product_name AS name, sizeWidth, makerId FROM product');
      expect(names).toMatchObject([{ name: 'n', sizeWidth: 1, makerId: 1 }, { makerId: 1 }, { name: 'n' }]);
    });

    it('is nothing where it may have come of loading the entity', async () => {
      await change(async (manager) => {
        await manager.insert(Product, { id: 1 });
        const product = await manager.findOneByOrFail(Product, { id: 1 });
        await manager.save(Object.assign(product, { colour: 'red' }));
        await manager.save(Product, Object.assign({}, product, { colour: undefined, label: 'y' }));
        await manager.insert(Loaded, { id: 1 });
        await manager.save(Loaded, Object.assign({}, await manager.findOneByOrFail(Loaded, { id: 1 })));
        await manager.save(Plain, { id: 1, computed: 1 });
      });
    });

    it('is nothing where the change says so', async () => {
      await change(async (manager) => {
        const products = manager.getRepository(Product);
        await products.insert(products.create(colour));
        const builder = manager.createQueryBuilder().insert().into(Product, ['id']);
        await builder.values({ ...colour, id: 2 }).execute();
      });
      expect(await dataSource.manager.countBy(Product, {})).toBe(2);
    });
  });
}

describe('the error about what TypeORM would leave out', () => {
  const messageOf = async (values: object): Promise<string> => {
    const change = target.run(CHANGE, async (handles) => {
      await managerOf(handles).insert(Product, values);
    });
    return String(await change.catch((error: unknown) => error));
  };

  it('names property, change, entity, and the lines to write', async () => {
    expect(await messageOf(colour)).toMatch(
      /"add-notes".*entity Product.*"colour".*@Column\(\) colour.*repository\.insert\(repository\.create\(values\)\)/,
    );
  });

  it('names the property of the column that was meant', async () => {
    expect(await messageOf({ id: 1, product_name: 'x' })).toContain('write property "name"');
    expect(await messageOf({ id: 1, makerId: 1 })).toContain('write property "maker.id"');
  });

  it('names what an embedded object does not have', async () => {
    expect(await messageOf({ id: 1, size: { width: 1, depth: 2 } })).toContain('"size.depth"');
  });
});

describe('outside of changes', () => {
  it('TypeORM leaves out what it always did', async () => {
    await target.run(CHANGE, async () => {});
    const products: Repository<Product> = dataSource.getRepository(Product);
    await products.insert(colour);
    await products.save({ ...colour, id: 2 });
    expect(await products.count()).toBe(2);
  });

  it('is not what a guarded handle is', async () => {
    const guard = createGuard(
      () => undefined,
      (value) => target.checks(value),
    );
    const change = target.transaction(CHANGE, async (handles) => {
      await guard(managerOf(handles)).getRepository(Product).save(colour);
    });
    expect(await change).toMatchObject({ status: 'rolled-back', error: expect.any(OmittedWriteError) });
  });
});

await describeOnServers('what TypeORM would leave out', (open) => {
  it('fails the change, and nothing of it is written', async () => {
    const database = await open();
    const server = await database.connect();
    const change = targetSystem(server);
    const outcome = await change.transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('x'));
      await server.getRepository(Note).save(Object.assign({}, note('y'), { colour: 'red' }));
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(OmittedWriteError) });
    expect(await keysOf(server)).toEqual([]);
    await change.close();
    await database.remove();
  });
});
