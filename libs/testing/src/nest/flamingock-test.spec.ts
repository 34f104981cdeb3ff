import {
  ConsoleLogger,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { TestingModuleBuilder } from '@nestjs/testing';
import {
  UnknownChangeError,
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  nonTransactionalTargetSystem,
  Recovery,
  RecoveryStrategy,
  RollbackExecution,
  TargetSystem,
  type AuditEntry,
} from '@nestjs-flamingock/core';
import { InMemoryAuditStore } from '../in-memory/in-memory-audit.store.js';
import { InMemoryDatabase } from '../in-memory/in-memory-database.js';
import { inMemoryAuditStore, inMemoryTargetSystem } from '../in-memory/in-memory.definitions.js';
import { InMemoryTable } from '../in-memory/in-memory-table.js';
import { FlamingockTest } from './flamingock-test.js';

@Injectable()
class CatalogFeed {
  readonly published: string[] = [];
  isDown = false;

  async publish(event: string): Promise<void> {
    if (this.isDown) throw new TypeError('the feed is down');
    this.published.push(event);
  }
}

@Change({ id: 'create-tables', order: '0001', author: 'team-inventory' })
@TargetSystem('inventory-db')
class CreateTables {
  @Execution()
  async execute(table: InMemoryTable): Promise<void> {
    await table.set('products', []);
  }
}

@Change({ id: 'publish-catalog', order: '0002', author: 'team-events', transactional: false })
@TargetSystem('catalog-feed')
@Recovery({ strategy: RecoveryStrategy.ALWAYS_RETRY })
class PublishCatalog {
  constructor(private readonly feed: CatalogFeed) {}

  @Execution()
  async execute(): Promise<void> {
    await this.feed.publish('catalog');
  }
}

@Change({ id: 'announce-category', order: '0003', author: 'team-events', transactional: false })
@TargetSystem('catalog-feed')
class AnnounceCategory {
  constructor(private readonly feed: CatalogFeed) {}

  @Execution()
  async execute(): Promise<void> {
    await this.feed.publish('category');
  }

  @RollbackExecution()
  async rollback(): Promise<void> {
    this.feed.published.length = 0;
  }
}

const hooks: string[] = [];

@Injectable()
class WarmUp implements OnModuleInit, OnApplicationBootstrap {
  constructor(private readonly feed: CatalogFeed) {}

  onModuleInit(): void {
    hooks.push(`init, published: ${this.feed.published.length}`);
  }

  onApplicationBootstrap(): void {
    hooks.push(`bootstrap, published: ${this.feed.published.length}`);
    if (this.feed.isDown) throw new TypeError('nothing to warm up with');
  }
}

const database = new InMemoryDatabase();

@Module({ providers: [CatalogFeed], exports: [CatalogFeed] })
class FeedModule {}

@Module({
  imports: [
    FlamingockModule.forRoot({
      service: 'inventory',
      auditStore: inMemoryAuditStore(database),
      targetSystems: [inMemoryTargetSystem('inventory-db'), nonTransactionalTargetSystem('catalog-feed')],
    }),
    FlamingockModule.forFeature({
      stage: 'inventory',
      changes: [CreateTables, PublishCatalog, AnnounceCategory],
      imports: [FeedModule],
    }),
    FeedModule,
  ],
  providers: [WarmUp],
})
class AppModule {}

/** Failures are meant here; nobody needs to read about them. */
const quietly = (builder: TestingModuleBuilder): TestingModuleBuilder =>
  builder.setLogger(new ConsoleLogger({ logLevels: [] }));

const DONE = ['STARTED', 'EXECUTED'];

function factsOf(entry: AuditEntry): unknown {
  const { stage, order, author, targetSystem, txStrategy, transactional, className, recoveryStrategy } =
    entry;
  return { stage, order, author, targetSystem, txStrategy, transactional, className, recoveryStrategy };
}

describe('FlamingockTest', () => {
  let flamingock: FlamingockTest;
  const feed = (): CatalogFeed => flamingock.module.get(CatalogFeed, { strict: false });
  const results = async (): Promise<unknown[]> =>
    (await flamingock.run()).changes.map(({ result }) => result);

  beforeEach(async () => {
    hooks.length = 0;
    flamingock = await FlamingockTest.create({ imports: [AppModule] }, { configure: quietly });
  });

  afterEach(() => flamingock.close());

  it('runs nothing before it is asked to', async () => {
    expect(await flamingock.states()).toEqual({});
    expect([feed().published, hooks]).toEqual([[], []]);
  });

  it('applies what is pending after a given history', async () => {
    await flamingock.given({ 'create-tables': 'EXECUTED', 'publish-catalog': ['STARTED', 'EXECUTED'] });
    const report = await flamingock.run();
    expect(report.status).toBe('applied');
    expect(feed().published).toEqual(['category']);
    expect(await flamingock.states()).toEqual({
      'create-tables': ['EXECUTED'],
      'publish-catalog': DONE,
      'announce-category': DONE,
    });
  });

  it('misses nothing in target systems after a given history that leaves nothing to do', async () => {
    await flamingock.given({
      'create-tables': 'EXECUTED',
      'publish-catalog': 'EXECUTED',
      'announce-category': 'EXECUTED',
    });
    expect((await flamingock.run()).status).toBe('up-to-date');
  });

  it('applies everything without a given history, and nothing more when it runs again', async () => {
    expect(await results()).toEqual(['executed', 'executed', 'executed']);
    expect(await results()).toEqual(['skipped', 'skipped', 'skipped']);
    expect(feed().published).toEqual(['catalog', 'category']);
  });

  it('starts the application once, with the run where production has it', async () => {
    await flamingock.run();
    await flamingock.run();
    expect(hooks).toEqual(['init, published: 2', 'bootstrap, published: 2']);
  });

  it('retries a change that failed where its author allows that', async () => {
    await flamingock.given({ 'create-tables': 'EXECUTED', 'publish-catalog': 'EXECUTION_FAILED' });
    expect(await results()).toEqual(['skipped', 'executed', 'executed']);
    expect(await flamingock.states()).toMatchObject({ 'publish-catalog': ['EXECUTION_FAILED', ...DONE] });
  });

  it('reports a change whose given state needs a manual check', async () => {
    await flamingock.given({
      'create-tables': 'MANUAL_MARKED_AS_EXECUTED',
      'publish-catalog': 'EXECUTED',
      'announce-category': 'ROLLBACK_FAILED',
    });
    const report = await flamingock.run();
    expect(report.status).toBe('stopped');
    expect(report.changes.at(-1)).toMatchObject({ result: 'blocked', state: 'ROLLBACK_FAILED' });
    expect(feed().published).toEqual([]);
  });

  it('reports a change that fails, what it left, and what was not reached', async () => {
    feed().isDown = true;
    const report = await flamingock.run();
    expect(report.status).toBe('stopped');
    expect(report.changes).toMatchObject([
      { result: 'executed' },
      { result: 'failed', error: expect.stringContaining('the feed is down') as unknown },
      { result: 'not-reached' },
    ]);
    expect(await flamingock.states()).toEqual({
      'create-tables': DONE,
      'publish-catalog': ['STARTED', 'EXECUTION_FAILED'],
    });
  });

  it('goes on after a failure as the next start would', async () => {
    feed().isDown = true;
    await flamingock.run();
    feed().isDown = false;
    expect(await results()).toEqual(['skipped', 'executed', 'executed']);
  });

  it('gives history in several steps, each at the end of the one before', async () => {
    await flamingock.given({ 'create-tables': 'STARTED' });
    await flamingock.given({});
    await flamingock.given({
      'create-tables': 'EXECUTED',
      'announce-category': 'MANUAL_MARKED_AS_ROLLED_BACK',
    });
    expect(await flamingock.states()).toEqual({
      'create-tables': DONE,
      'announce-category': ['MANUAL_MARKED_AS_ROLLED_BACK'],
    });
    expect(await results()).toEqual(['skipped', 'executed', 'executed']);
  });

  it('gives entries as the engine would have written them', async () => {
    await flamingock.given({ 'create-tables': 'EXECUTED', 'publish-catalog': 'EXECUTION_FAILED' });
    const given = await flamingock.history();
    await flamingock.run();
    const written = (await flamingock.history()).filter(({ seq }) => seq > given.length);
    const again = written.find(({ changeId }) => changeId === 'publish-catalog');
    expect(again && factsOf(again)).toEqual(given[1] && factsOf(given[1]));
    expect(given[1]).toMatchObject({ recoveryStrategy: 'ALWAYS_RETRY', service: 'inventory', seq: 2 });
  });

  it('refuses to give history to a change that the application does not have', async () => {
    await expect(flamingock.given({ 'create-table': 'EXECUTED' })).rejects.toThrow(UnknownChangeError);
    expect(await flamingock.history()).toEqual([]);
  });

  it('leaves the audit store of the application alone', async () => {
    await flamingock.run();
    expect(await new InMemoryAuditStore(database).readHead('inventory')).toBeUndefined();
  });

  it('lets the service itself throw as in production once the application has started', async () => {
    await flamingock.given({ 'create-tables': 'EXECUTED', 'publish-catalog': 'EXECUTED' });
    feed().isDown = true;
    await flamingock.run();
    feed().published.push('left over');
    const service = flamingock.module.get(FlamingockService, { strict: false });
    await expect(service.execute()).rejects.toThrow('the feed is down');
    expect(feed().published).toEqual([]);
  });
});

describe('FlamingockTest with options', () => {
  it('takes the audit store that it is given, or the own one of the application', async () => {
    const store = new InMemoryAuditStore();
    const other = await FlamingockTest.create({ imports: [AppModule] }, { auditStore: store });
    await other.run();
    expect((await store.readHead('inventory'))?.seq).toBe(6);
    await other.close();

    const own = await FlamingockTest.create({ imports: [AppModule] }, { auditStore: 'own' });
    expect(own.store.resource).toBe(database);
    await own.close();
  });

  it('takes overrides of the test', async () => {
    const published: string[] = [];
    const fake = { published, publish: async (event: string) => void published.push(`fake ${event}`) };
    const flamingock = await FlamingockTest.create(
      { imports: [AppModule] },
      { configure: (builder) => builder.overrideProvider(CatalogFeed).useValue(fake) },
    );
    await flamingock.run();
    expect(published).toEqual(['fake catalog', 'fake category']);
    await flamingock.close();
  });

  it('rejects when the application cannot start for another reason', async () => {
    class Broken implements OnModuleInit {
      onModuleInit(): void {
        throw new RangeError('no connection');
      }
    }
    const flamingock = await FlamingockTest.create({ imports: [AppModule], providers: [Broken] });
    await expect(flamingock.run()).rejects.toThrow('no connection');
  });
});
