import 'reflect-metadata';
import {
  inMemoryAuditStore,
  InMemoryAuditStore,
  InMemoryDatabase,
  inMemoryTargetSystem,
} from '@nestjs-flamingock/testing';
import type { ChangeClass } from '../change/change-discovery.js';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import { LostWritesError } from '../recovery/lost-writes.error.js';

let ran: string[];
let target: InMemoryDatabase;
let wait: () => Promise<void>;

beforeEach(() => {
  ran = [];
  target = new InMemoryDatabase();
  wait = () => Promise.resolve();
});
afterEach(closeApplications);

function counting(id: string): ChangeClass {
  @Change({ id, order: id, author: 'team' })
  @TargetSystem('shared')
  class Counting {
    @Execution()
    async execute() {
      await wait();
      ran.push(id);
    }
  }
  return Counting;
}

const start = (store: InMemoryDatabase, ...ids: string[]) =>
  boot(
    rootModule({
      flamingock: {
        service: 'shop',
        auditStore: inMemoryAuditStore(store),
        targetSystems: [inMemoryTargetSystem('shared', target)],
      },
      changes: ids.map(counting),
    }),
  );

describe('two audit stores with one service name on one target system', () => {
  it('apply their changes one after the other, and again', async () => {
    const [one, two] = [new InMemoryDatabase(), new InMemoryDatabase()];
    await start(one, '1');
    await start(two, '1');
    await start(one, '1', '2');
    await start(two, '1', '2');
    await start(two, '1', '2', '3');
    expect(ran).toEqual(['1', '1', '2', '2', '3']);
  });

  it('do not end what the other has begun', async () => {
    let open: () => void = () => undefined;
    const passed = new Promise<void>((resolve) => (open = resolve));
    wait = () => (ran.push('begun'), passed);
    const first = start(new InMemoryDatabase(), '1');
    while (ran.length === 0) await new Promise(setImmediate);
    wait = () => Promise.resolve();
    await start(new InMemoryDatabase(), '1');
    open();
    await first;
    expect(ran).toEqual(['begun', '1', '1']);
  });

  it('are told apart by what is kept in them, wherever they are moved', async () => {
    const before = new InMemoryDatabase();
    await start(before, '1');
    const moved = new InMemoryDatabase();
    moved.restore(before.snapshot());
    await start(moved, '1', '2');
    expect(ran).toEqual(['1', '2']);
  });
});

describe('an audit store that was emptied', () => {
  it('is found out by its target system', async () => {
    const store = new InMemoryDatabase();
    const empty = store.snapshot();
    await start(store, '1');
    store.restore(empty);
    expect(await failureOf(start(store, '1'))).toBeInstanceOf(LostWritesError);
    expect(ran).toEqual(['1']);
  });
});

describe('fences and markers of an earlier version, under the name of the service alone', () => {
  /** As an earlier version has left it: nothing under the name of the history. */
  async function earlier(store: InMemoryDatabase): Promise<void> {
    await start(store, '1');
    const tables = target.snapshot();
    const [name = ''] = [...tables.fences.keys()];
    for (const kept of [tables.fences, tables.markers] as Map<string, unknown>[]) {
      kept.set('shop', kept.get(name));
      kept.delete(name);
    }
    target.restore(tables);
    const history = store.snapshot();
    history.heads.delete('shop (identity)');
    store.restore(history);
  }

  it('are read, and shut out before anything runs', async () => {
    const store = new InMemoryDatabase();
    await earlier(store);
    await start(store, '1');
    await start(store, '1', '2');
    expect(ran).toEqual(['1', '2']);
    const head = await new InMemoryAuditStore(store).readHead('shop');
    expect(target.snapshot().fences.get('shop')).toMatchObject({ token: head?.token });
    await start(store, '1', '2', '3');
    expect(ran).toEqual(['1', '2', '3']);
  });

  it('tell that the audit store has lost what it wrote', async () => {
    const store = new InMemoryDatabase();
    const empty = store.snapshot();
    await earlier(store);
    store.restore(empty);
    expect(await failureOf(start(store, '1'))).toBeInstanceOf(LostWritesError);
  });

  it('prove that a change committed whose end was not recorded', async () => {
    const store = new InMemoryDatabase();
    await earlier(store);
    const history = store.snapshot();
    const [started, executed] = history.entries.get('shop') ?? [];
    const head = history.heads.get('shop');
    if (!started || !executed || !head) throw new TypeError('no history');
    history.entries.set('shop', [started]);
    history.heads.set('shop', { ...head, seq: started.seq, hash: started.hash, settled: null });
    store.restore(history);
    await start(store, '1');
    expect(ran).toEqual(['1']);
  });
});
