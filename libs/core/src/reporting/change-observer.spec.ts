import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { insideObservers, type ChangeObserver, type ObservedEnd } from './change-observer.js';

const CHANGE = {
  service: 'inventory',
  executionId: 'x',
  stage: 'main',
  changeId: 'add-sku',
  operation: 'EXECUTE',
  targetSystem: 'inventory-db',
} as const;

let errors: unknown[];
let calls: number;

beforeEach(() => {
  errors = [];
  calls = 0;
});

function observe<T extends object>(observers: readonly ChangeObserver[], work: () => Promise<T>): Promise<T> {
  return insideObservers(observers, CHANGE, work, (error) => errors.push(error));
}
const work = async () => {
  calls += 1;
  await turn();
  return { status: 'executed' };
};

describe('insideObservers', () => {
  it('has what each makes current current in the change, the first outermost', async () => {
    const current = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const naming = (name: string): ChangeObserver => ({
      around: (change, call) => {
        seen.push([name, change, current.getStore()]);
        return current.run(name, call);
      },
    });
    const result = await observe([naming('outer'), naming('inner')], async () => {
      await turn();
      return { inside: current.getStore() };
    });
    expect(result).toEqual({ inside: 'inner' });
    expect(seen).toEqual([
      ['outer', CHANGE, undefined],
      ['inner', CHANGE, 'outer'],
    ]);
  });

  it.each<[string, () => Promise<object>, ObservedEnd]>([
    ['is executed', async () => ({ status: 'executed' }), {}],
    [
      'fails',
      async () => ({ status: 'failed', error: new TypeError('mine') }),
      { error: new TypeError('mine') },
    ],
    ['is interrupted', () => Promise.reject(new TypeError('lost')), { error: new TypeError('lost') }],
  ])('tells how a change that %s has ended', async (_what, change, end) => {
    let told: ObservedEnd | undefined;
    const observer: ChangeObserver = { around: (_change, call) => void call().then((one) => (told = one)) };
    await observe([observer], change).catch(() => undefined);
    await turn();
    expect(told).toEqual(end);
    expect(errors).toEqual([]);
  });

  it.each<[string, ChangeObserver['around']]>([
    [
      'throws before',
      () => {
        throw new TypeError('mine');
      },
    ],
    [
      'throws after',
      (_change, call) => {
        void call();
        throw new TypeError('mine');
      },
    ],
    [
      'rejects',
      async (_change, call) => {
        await call();
        throw new TypeError('mine');
      },
    ],
  ])('calls the change once where an observer %s, and says so', async (_what, around) => {
    expect(await observe([{ around }], work)).toEqual({ status: 'executed' });
    await turn();
    expect([calls, errors]).toEqual([1, [new TypeError('mine')]]);
  });

  it.each<[string, ChangeObserver['around']]>([
    ['never', () => undefined],
    ['twice', (_change, call) => Promise.all([call(), call()])],
    ['too late', (_change, call) => turn().then(call)],
  ])('calls the change once where an observer calls it %s', async (_what, around) => {
    expect(await observe([{ around }], work)).toEqual({ status: 'executed' });
    await turn();
    expect([calls, errors]).toEqual([1, []]);
  });

  it('fails as the change does', async () => {
    const failing = () => Promise.reject(new TypeError('lost'));
    await expect(observe([{ around: (_change, call) => call() }], failing)).rejects.toThrow('lost');
  });
});
