import { InMemoryTargetSystem } from '@nestjs-flamingock/testing';
import { aChange } from '../fixtures/changes.js';
import { failureOf } from '../fixtures/runs.js';
import { TransactionsUnavailableError } from './executor.errors.js';
import { TargetSystemUnavailableError } from '../target-system/target-system.errors.js';
import { assertTransactions, transactionObstacles } from './transaction-check.js';

/** A target system whose transactions are asked for; counts how often. */
class AskedTarget extends InMemoryTargetSystem {
  asked = 0;

  constructor(
    id: string,
    private readonly answer: () => Promise<string | undefined>,
  ) {
    super(id);
  }

  checkTransactions(): Promise<string | undefined> {
    this.asked += 1;
    return this.answer();
  }
}

const standalone = (id: string) => new AskedTarget(id, async () => 'it is standalone');
const change = (id: string, target: InMemoryTargetSystem, transactional = true) =>
  aChange({ id, target, transactional });

describe('transactionObstacles', () => {
  it('asks each target system once, and names all its transactional changes', async () => {
    const [first, second] = [standalone('first'), standalone('second')];
    const changes = [change('a', first), change('b', second), change('c', first), change('d', first, false)];
    expect(await transactionObstacles(changes)).toEqual([
      { targetSystem: 'first', changeIds: ['a', 'c'], why: 'it is standalone' },
      { targetSystem: 'second', changeIds: ['b'], why: 'it is standalone' },
    ]);
    expect([first.asked, second.asked]).toEqual([1, 1]);
  });

  it('does not ask for changes that need no transaction', async () => {
    const target = standalone('first');
    expect(
      await transactionObstacles([change('a', target, false), aChange({ transactional: true })]),
    ).toEqual([]);
    expect(target.asked).toBe(0);
  });

  it('finds none where transactions can be run, always or now', async () => {
    const able = new AskedTarget('able', () => Promise.resolve(undefined));
    expect(
      await transactionObstacles([change('a', able), change('b', new InMemoryTargetSystem('x'))]),
    ).toEqual([]);
  });

  it('rejects where a target system does not answer', async () => {
    const down = new AskedTarget('down', () => Promise.reject(new TypeError('no such host')));
    const error = await failureOf(transactionObstacles([change('a', down)]));
    expect(error).toBeInstanceOf(TargetSystemUnavailableError);
    expect(error).toMatchObject({ targetSystem: 'down', cause: new TypeError('no such host') });
    expect((error as Error).message).toMatch(
      /"down" cannot be used: TypeError: no such host\. .*did not run/,
    );
  });
});

describe('assertTransactions', () => {
  it('passes where transactions can be run', async () => {
    await expect(assertTransactions([change('a', new InMemoryTargetSystem('x'))])).resolves.toBeUndefined();
  });

  it('lists everything that stands in the way', async () => {
    const [first, second] = [standalone('first'), standalone('second')];
    const changes = [change('a', first), change('b', first), change('c', second)];
    const error = await failureOf(assertTransactions(changes));
    expect(error).toBeInstanceOf(TransactionsUnavailableError);
    expect((error as Error).message.split('\n')).toEqual([
      'Nothing was run: pending changes need transactions that these target systems cannot run now.',
      '  1. Target system "first" ("a", "b"): it is standalone',
      '  2. Target system "second" ("c"): it is standalone',
    ]);
    expect(Object.keys(error as Error)).not.toContain('obstacles');
  });
});
