import { LockUnconfirmedError } from './lock.errors.js';
import { createGuard } from './lock-guard.js';

let checks: number;
let refuse: boolean;
let guard: <T>(value: T) => T;

beforeEach(() => {
  checks = 0;
  refuse = false;
  guard = createGuard(() => {
    checks += 1;
    if (refuse) throw new RangeError('lock lost');
  });
});

class Account {
  #balance = 0;
  static readonly currency = 'EUR';
  name = 'a';
  deposits: string[] = [];

  get balance(): number {
    return this.#balance;
  }
  set limit(limit: number) {
    this.#balance = Math.min(this.#balance, limit);
  }
  deposit(amount: number): this {
    this.deposits.push(`${checks} checks`);
    this.#balance += amount;
    return this;
  }
  depositTwice(amount: number): this {
    return this.deposit(amount).deposit(amount);
  }
  async *statements(): AsyncGenerator<string> {
    yield await Promise.resolve(`balance ${this.#balance}`);
  }
  *[Symbol.iterator](): Generator<number> {
    yield this.#balance;
  }
  async failing(): Promise<void> {
    await Promise.reject(new TypeError('no'));
  }
}

describe('a guarded object', () => {
  it('checks once per call, before the call', () => {
    const raw = new Account();
    guard(raw).deposit(1);
    expect([checks, raw.deposits, raw.balance]).toEqual([1, ['1 checks'], 1]);
  });

  it('makes no call that the check refuses', () => {
    const raw = new Account();
    refuse = true;
    expect(() => guard(raw).deposit(1)).toThrow('lock lost');
    expect(raw.balance).toBe(0);
  });

  it('refuses also through a method that was taken off it before', () => {
    const { deposit } = guard(new Account());
    refuse = true;
    expect(() => deposit(1)).toThrow('lock lost');
  });

  it('works also through a method that was taken off it', () => {
    const raw = new Account();
    const { deposit } = guard(raw);
    deposit(3);
    expect(raw.balance).toBe(3);
  });

  it('checks once for a method that calls others of its own', () => {
    const raw = new Account();
    guard(raw).depositTwice(2);
    expect([checks, raw.balance]).toEqual([1, 4]);
  });

  it('reads private fields through getters, and writes them through setters', () => {
    const raw = new Account();
    const guarded = guard(raw);
    guarded.deposit(5);
    guarded.limit = 3;
    expect(guarded.balance).toBe(3);
  });

  it('reads and writes the fields of the raw object without a check', () => {
    const raw = new Account();
    const guarded = guard(raw);
    guarded.name = 'b';
    expect([raw.name, guarded.name, 'name' in guarded, checks]).toEqual(['b', 'b', true, 0]);
  });

  it('works with fluent chains', () => {
    const raw = new Account();
    guard(raw).deposit(1).deposit(2).deposit(3);
    expect(raw.balance).toBe(6);
  });

  it('checks each call of a fluent chain', () => {
    const link = guard(new Account()).deposit(1);
    refuse = true;
    expect(() => link.deposit(1)).toThrow('lock lost');
  });

  it('iterates, and checks when the iteration begins', async () => {
    const guarded = guard(new Account().deposit(7));
    expect([...guarded]).toEqual([7]);
    const seen: string[] = [];
    for await (const statement of guarded.statements()) seen.push(statement);
    expect([seen, checks]).toEqual([['balance 7'], 2]);
  });

  it('gives async iterables that are handed over directly', async () => {
    const feed = {
      async *[Symbol.asyncIterator]() {
        yield await Promise.resolve(1);
      },
    };
    const seen: number[] = [];
    for await (const item of guard(feed)) seen.push(item);
    expect(seen).toEqual([1]);
  });

  it('rejects as its method does', async () => {
    await expect(guard(new Account()).failing()).rejects.toThrow('no');
  });

  it('is what the raw object is: instance, keys, prototype', () => {
    const raw = new Account();
    const guarded = guard(raw);
    expect(guarded).toBeInstanceOf(Account);
    expect(Object.keys(guarded)).toEqual(Object.keys(raw));
    expect(Object.getPrototypeOf(guarded)).toBe(Account.prototype);
  });

  it.each([
    ['a method of its own', { send: () => 'sent' }],
    [
      'a getter of its own',
      {
        get retries() {
          return 3;
        },
      },
    ],
    [
      'a field that cannot be written',
      Object.defineProperty({}, 'retries', { value: 3, configurable: true }),
    ],
  ])('shows what the raw object gets later: one with %s', (_what, raw) => {
    const guarded = guard(raw);
    Object.assign(raw, { later: 1 });
    expect('later' in guarded).toBe(true);
  });

  it('has one identity per guard, and so have its methods', () => {
    const raw = new Account();
    expect(guard(raw)).toBe(guard(raw));
    const { deposit, depositTwice } = guard(raw);
    expect(guard(raw).deposit).toBe(deposit);
    expect(guard(raw).depositTwice).toBe(depositTwice);
    expect(guard(guard(raw))).toBe(guard(raw));
    expect(createGuard(() => undefined)(raw)).not.toBe(guard(raw));
  });

  it('calls a method that was replaced after it was guarded', () => {
    const raw = new Account();
    const guarded = guard(raw);
    expect(guarded.deposit).toBeDefined();
    raw.deposit = () => raw;
    expect(guarded.deposit(9).balance).toBe(0);
  });
});

describe('guarded built-ins', () => {
  it('work as maps and sets', () => {
    const map = guard(new Map([['a', 1]]));
    map.set('b', 2);
    expect([map.get('b'), map.size, [...map.keys()]]).toEqual([2, 2, ['a', 'b']]);
    expect(guard(new Set([1])).has(1)).toBe(true);
  });

  it('work as dates, also in arithmetic', () => {
    const date = guard(new Date(0));
    expect([date.getTime(), date.toISOString(), +date, `${date.getUTCFullYear()}`]).toEqual([
      0,
      '1970-01-01T00:00:00.000Z',
      0,
      '1970',
    ]);
  });

  it('work as arrays, promises and urls', async () => {
    const list = guard([1, 2]);
    list.push(3);
    expect([list.length, list.map((one) => one * 2), Array.isArray(list)]).toEqual([3, [2, 4, 6], true]);
    await expect(guard(Promise.resolve(4))).resolves.toBe(4);
    expect(String(guard(new URL('http://host/path')))).toBe('http://host/path');
  });

  it('are checked', () => {
    refuse = true;
    expect(() => guard(new Map()).set('a', 1)).toThrow('lock lost');
    expect(() => guard(new Date()).getTime()).toThrow('lock lost');
  });
});

describe('guarded frozen objects', () => {
  const frozen = () => Object.freeze({ send: (text: string) => `sent ${text}`, retries: 3 });

  it('can be used', () => {
    const guarded = guard(frozen());
    expect([guarded.send('x'), guarded.retries]).toEqual(['sent x', 3]);
    expect(() => ((guarded as { retries: number }).retries = 4)).toThrow(TypeError);
  });

  it('are seen to be frozen, unless methods of their own keep the guard from it', () => {
    expect(Object.isFrozen(guard(Object.freeze({ retries: 3 })))).toBe(true);
  });

  it('are what they are: instance, keys, prototype', () => {
    const raw = Object.freeze(Object.assign(new Account(), { send: () => 'sent' }));
    const guarded = guard(raw);
    expect(typeof guarded).toBe('object');
    expect(guarded).toBeInstanceOf(Account);
    expect(Object.keys(guarded)).toEqual(Object.keys(raw));
  });

  it('can be called, and are checked, where they are functions with methods', () => {
    const client = Object.assign((path: string) => `GET ${path}`, { post: (path: string) => `POST ${path}` });
    const guarded = guard(Object.freeze(client));
    expect([guarded('/a'), guarded.post('/a')]).toEqual(['GET /a', 'POST /a']);
    refuse = true;
    expect(() => guarded('/a')).toThrow('lock lost');
    expect(() => guarded.post('/a')).toThrow('lock lost');
  });

  it('are checked in the methods of their class', () => {
    const guarded = guard(Object.freeze(new Account()));
    refuse = true;
    expect(() => guarded.deposit(1)).toThrow('lock lost');
  });

  it('are checked in methods of their own', () => {
    const guarded = guard(frozen());
    refuse = true;
    expect(() => guarded.send('x')).toThrow('lock lost');
  });
});

describe('guarded functions', () => {
  it('check before each call, and keep receiver, arguments and result', () => {
    function add(this: { base: number }, more: number): number {
      return this.base + more;
    }
    expect(guard(add).call({ base: 1 }, 2)).toBe(3);
    expect(checks).toBeGreaterThan(0);
    refuse = true;
    expect(() => guard(add).call({ base: 1 }, 2)).toThrow('lock lost');
  });

  it('keep their properties', () => {
    const client = Object.assign((path: string) => `GET ${path}`, { baseURL: 'http://host' });
    expect(guard(client).baseURL).toBe('http://host');
    expect(guard(client).name).toBe(client.name);
  });

  it('are checked in their methods, as clients that can be called have them', () => {
    const client = Object.assign((path: string) => `GET ${path}`, { post: (path: string) => `POST ${path}` });
    const guarded = guard(client);
    expect(guarded.post('/a')).toBe('POST /a');
    refuse = true;
    expect(() => guarded('/a')).toThrow('lock lost');
    expect(() => guarded.post('/a')).toThrow('lock lost');
  });
});

describe('what needs no guard', () => {
  it.each([[undefined], [null], [true], [0], ['text'], [Symbol.iterator], [10n]])(
    '%p stays as it is',
    (value) => {
      expect(guard(value)).toBe(value);
    },
  );

  it('a class stays as it is: to construct, to compare, for its statics', () => {
    expect(guard(Account)).toBe(Account);
    expect(new (guard(Account))()).toBeInstanceOf(Account);
  });

  it('a class in a property stays as it is', () => {
    const { Model } = guard({ Model: Account });
    expect(Model).toBe(Account);
    expect(Model.currency).toBe('EUR');
  });
});

describe('a call of which it is not known whether it may be made', () => {
  let decide: (() => void) | undefined;
  beforeEach(() => {
    const known = new Promise<void>((resolve) => {
      decide = () => {
        decide = undefined;
        resolve();
      };
    });
    guard = createGuard(() => {
      if (decide) throw new LockUnconfirmedError('inventory', 1, 'it ran out', known);
      if (refuse) throw new RangeError('lock lost');
    });
  });
  const account = () => {
    const calls: string[] = [];
    const raw = {
      async save(text: string) {
        calls.push(text);
        return this.name;
      },
      load: (text: string) => Promise.resolve(calls.push(text)),
      size: () => calls.push('size'),
      name: 'raw',
    };
    return { raw, calls };
  };

  it('is made as soon as that is known, where it gives a promise', async () => {
    const { raw, calls } = account();
    const saved = guard(raw).save('a');
    await Promise.resolve();
    expect(calls).toEqual([]);
    decide?.();
    expect([await saved, calls]).toEqual(['raw', ['a']]);
  });

  it('is not made where the answer is no', async () => {
    const { raw, calls } = account();
    const saved = guard(raw).save('a');
    refuse = true;
    decide?.();
    await expect(saved).rejects.toThrow('lock lost');
    expect(calls).toEqual([]);
  });

  it('waits for it too where only an earlier call has shown that it gives a promise', async () => {
    const { raw, calls } = account();
    const unsure = decide;
    decide = undefined;
    const guarded = guard(raw);
    await guarded.load('a');
    decide = unsure;
    const loaded = guarded.load('b');
    expect(calls).toEqual(['a']);
    decide?.();
    expect([await loaded, calls]).toEqual([2, ['a', 'b']]);
  });

  it('is refused where it may give its value at once', () => {
    const { raw, calls } = account();
    expect(() => guard(raw).size()).toThrow(LockUnconfirmedError);
    expect(() => guard(raw).load('a')).toThrow(LockUnconfirmedError);
    expect(calls).toEqual([]);
  });

  it('waits for it too as a function that is no method', async () => {
    const calls: string[] = [];
    const publish = guard(async (text: string) => calls.push(text));
    const published = publish('a');
    expect(calls).toEqual([]);
    decide?.();
    expect([await published, calls]).toEqual([1, ['a']]);
    expect(await publish('b')).toBe(2);
  });
});
