import 'reflect-metadata';
import { PassThrough, Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as tick } from 'node:timers/promises';
import {
  inMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  inMemoryTargetSystem,
} from '@nestjs-flamingock/testing';
import { defer, Observable, of, throwError } from 'rxjs';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { FlamingockService } from '../nest/flamingock.service.js';
import { nonTransactionalTargetSystem } from '../nest/non-transactional.target-system.js';
import { Change } from './change.decorator.js';
import { LazyResultError } from './change.errors.js';
import { Execution, RollbackExecution } from './execution.decorator.js';
import { settleReturned } from './returned-value.js';
import { TargetSystem } from './target-system.decorator.js';

const call = (given: unknown[] = [], signal = new AbortController().signal) => ({
  methodName: 'execute',
  context: { changeId: 'fill', signal },
  given,
});
const later = async <T>(value: T, note: () => unknown = () => undefined): Promise<T> => {
  await tick();
  note();
  return value;
};
class QueryBuilder {
  execute = () => undefined;
}
class Cursor {
  closed = false;
  next = () => undefined;
  [Symbol.asyncIterator] = () => this;
}
class Subscribable {
  subscribe = () => undefined;
}
class Entity {
  constructor(readonly id = 1) {}
  save = () => undefined;
}
class Model {
  then(resolve: (value: unknown) => void): void {
    done.push('query');
    resolve(new Entity());
  }
  exec = () => undefined;
}
let done: string[];
beforeEach(() => {
  done = [];
});
afterEach(closeApplications);

describe('what a method of a change gives back', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 1],
    ['a text', 'text'],
    ['an object', { acknowledged: true }],
    ['an entity', new Entity()],
    ['entities', [new Entity(), new Entity(2)]],
    ['a date', new Date(0)],
    ['a map', new Map([[1, new Entity()]])],
    ['an expression', /a/],
    ['an object without a prototype', Object.create(null)],
  ])('may be %s', async (_name, value) => {
    await expect(settleReturned(value, call())).resolves.toBeUndefined();
  });

  it('may be what it was given', async () => {
    const handle = new QueryBuilder();
    await expect(settleReturned(handle, call([1, handle]))).resolves.toBeUndefined();
  });

  it.each<[string, () => unknown]>([
    ['a promise', () => later(1, () => done.push('a'))],
    ['promises in arrays', () => [[later(1)], [later(1, () => done.push('a'))]]],
    ['an Observable', () => defer(() => later(1, () => done.push('a')))],
    ['a promise of an Observable', () => later(defer(() => later(1, () => done.push('a'))))],
    [
      'an Observable of promises',
      () =>
        of(
          later(1, () => done.push('a')),
          later(2),
        ),
    ],
    [
      'an Observable of Observables',
      () =>
        of(
          defer(() => later(1, () => done.push('a'))),
          of(2),
        ),
    ],
  ])('is waited for: %s', async (_name, make) => {
    await settleReturned(make(), call());
    expect(done).toEqual(['a']);
  });

  it('is run where it is a thenable, as a query is, once', async () => {
    await settleReturned(new Model(), call());
    await settleReturned(of(new Model()), call());
    expect(done).toEqual(['query', 'query']);
  });

  it.each<[string, () => unknown]>([
    ['a promise', () => Promise.reject(new RangeError('boom'))],
    ['one of several', () => [later(1, () => done.push('late')), Promise.reject(new RangeError('boom'))]],
    ['an Observable', () => throwError(() => new RangeError('boom'))],
    ['a value of an Observable', () => of(Promise.reject(new RangeError('boom')), later(1))],
  ])('fails the change with the error of %s, once the rest has ended', async (name, make) => {
    await expect(settleReturned(make(), call())).rejects.toThrow(RangeError);
    expect(done).toEqual(name === 'one of several' ? ['late'] : []);
  });

  it.each<[string, unknown, RegExp]>([
    ['a function', function load() {}, /returned the function load, .*await work\(\)/],
    ['an arrow', () => 1, /returned the function/],
    ['a generator', (function* () {})(), /a Generator, .*for await/],
    ['an async generator', (async function* () {})(), /an AsyncGenerator, .*for await/],
    ['an iterator', [1].values(), /returned an (Array )?Iterator, .*for await/],
    ['a bare iterator', { next: () => ({ done: true }) }, /an object/],
    ['a cursor', new Cursor(), /a Cursor, .*for await/],
    ['a stream to read', Readable.from([1]), /a Readable, .*await pipeline\(/],
    ['a stream to write', Readable.from(['1']).pipe(new PassThrough()), /a PassThrough, .*await pipeline\(/],
    ['a query', new QueryBuilder(), /a QueryBuilder, .*await query\.execute\(\)/],
    ['a pipeline', { exec: () => undefined }, /await query\.exec\(\)/],
    ['what is no Observable', new Subscribable(), /a Subscribable, .*lastValueFrom\(from\(/],
  ])('fails the change where it is lazy: %s', async (_name, value, message) => {
    for (const lazy of [value, Promise.resolve(value), [[value]], of(value)]) {
      const settling = settleReturned(lazy, call());
      await expect(settling).rejects.toMatchObject({ name: 'LazyResultError', changeId: 'fill' });
      await expect(settling).rejects.toThrow(message);
    }
  });

  it('may be a stream or cursor that is over', async () => {
    const sink = new Writable({ write: (_chunk, _encoding, next) => next() });
    const read = Readable.from([]);
    sink.end();
    read.resume();
    await Promise.all([finished(sink), finished(read)]);
    const closed = Object.assign(new Cursor(), { closed: true });
    await expect(settleReturned([sink, read, closed], call())).resolves.toBeUndefined();
  });

  it('is unsubscribed from when the change is told to stop', async () => {
    const stop = new AbortController();
    let unsubscribed = false;
    const endless = new Observable(() => () => (unsubscribed = true));
    const settling = settleReturned(endless, call([], stop.signal));
    stop.abort(new RangeError('stop'));
    await expect(settling).rejects.toThrow('stop');
    expect(unsubscribed).toBe(true);
  });
});

describe.each(['outside transactions', 'with the audit store', 'apart from the audit store'])(
  '%s',
  (where) => {
    const start = async (give: (put: (key: string) => Promise<void>) => unknown, fails = false) => {
      const database = new InMemoryDatabase();
      const table = new InMemoryTable(database);
      const isOutside = where === 'outside transactions';
      @Change({ id: 'fill', order: '1', author: 'team' })
      @TargetSystem('db')
      class Fill {
        @Execution()
        async execute(rows: InMemoryTable) {
          if (!isOutside) return give((key) => rows.set(key, 'v'));
          await rows.set('made', 'v');
          return fails ? Promise.reject(new RangeError('boom')) : give((key) => rows.set(key, 'v'));
        }
        @RollbackExecution()
        rollback(rows: InMemoryTable) {
          return defer(() => rows.set('back', 'v'));
        }
      }
      const provide = [{ provide: InMemoryTable, useValue: table }];
      const app = await boot(
        rootModule({
          flamingock: {
            runAt: 'manual',
            auditStore: inMemoryAuditStore(where === 'with the audit store' ? database : undefined),
            targetSystems: [
              isOutside
                ? nonTransactionalTargetSystem('db', { provide })
                : inMemoryTargetSystem('db', database),
            ],
          },
          changes: [Fill],
        }),
      );
      const flamingock = app.get(FlamingockService);
      const error: unknown = await flamingock.execute().then(
        () => undefined,
        (failure: unknown) => failure,
      );
      const [last] = (await flamingock.audit.list()).slice(-1);
      return { flamingock, table, error, state: last?.state };
    };

    it('an Observable is the work of the change', async () => {
      const { table, state } = await start((put) => defer(() => put('row')));
      expect([state, await table.get('row')]).toEqual(['EXECUTED', 'v']);
    });

    it('what is lazy fails the change before it is recorded as done', async () => {
      const { error, state, table } = await start((put) => () => put('row'));
      expect(String(error)).toContain('execute() returned the function');
      expect(state).toBe('ROLLED_BACK');
      expect(await table.get('row')).toBeUndefined();
    });

    it('an undo waits for an Observable', async () => {
      const { flamingock, table } = await start((put) => put('row'));
      await flamingock.undo({ changeId: 'fill' }, { reason: 'test' });
      expect(await table.get('back')).toBe('v');
    });

    if (where === 'outside transactions') {
      it('the rollback after a failure waits for an Observable', async () => {
        const { state, table } = await start(() => undefined, true);
        expect([state, await table.get('back')]).toEqual(['ROLLED_BACK', 'v']);
      });
    }
  },
);

it('is told apart by its class', () => {
  expect(new LazyResultError('fill', 'execute', 'a Cursor', 'x')).toMatchObject({
    methodName: 'execute',
    returned: 'a Cursor',
  });
});
