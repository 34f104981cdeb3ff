import { EventEmitter } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runInThisContext } from 'node:vm';
import { firstValueFrom, map, Observable, of } from 'rxjs';
import { LockUnconfirmedError } from './lock.errors.js';
import { createGuard } from './lock-guard.js';

let refuse: boolean;
let done: string[];
let guard: <T>(value: T) => T;

beforeEach(() => {
  refuse = false;
  done = [];
  guard = createGuard(() => {
    if (refuse) throw new RangeError('lock lost');
  });
});

const act = (what: string): Promise<string> => Promise.resolve(`${done.push(what)}`);

class Indices {
  create(name: string): Promise<string> {
    return act(name);
  }
}
class Table {
  readonly #send = act;
  constructor(readonly name: string) {}
  insert(row: string): Promise<string> {
    return this.#send(`${this.name} ${row}`);
  }
}
class Connection {
  readonly #pool: unknown = {};
  async query(text: string): Promise<string> {
    return this.#pool ? act(text) : '';
  }
}
class Replica extends Connection {}
class Customer {
  constructor(
    readonly first: string,
    readonly last: string,
    readonly friends: Customer[] = [],
  ) {}
  get initial(): string {
    return this.first.charAt(0);
  }
  name(): string {
    return `${this.first} ${this.last}`;
  }
}
/** A record that can save itself. */
class Draft {
  constructor(readonly id: number) {}
  async save(): Promise<string> {
    return act(`save ${this.id}`);
  }
}
/** Has no methods, and yet leads on. */
class Cluster {
  readonly name = 'cluster';
  get primary(): Table {
    return new Table('primary');
  }
}
class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}
class Reading {
  declare readonly unit: string;
  constructor(readonly celsius: number) {}
}
Object.defineProperty(Reading.prototype, 'unit', { value: 'C' });

/** A constructor as it was written before there were classes. */
interface OldModel {
  (this: { name: string }, name: string): void;
  new (name: string): { name: string; hello(): string };
}
function oldModel(): OldModel {
  const Old = function (this: { name: string }, name: string) {
    this.name = name;
  } as OldModel;
  Object.assign(Old.prototype as object, { hello: () => 'hello' });
  return Old;
}

/** Sends once it is awaited, as query builders do. */
class Query {
  constructor(private readonly text: string) {}
  where(more: string): Query {
    return new Query(`${this.text} ${more}`);
  }
  then<T>(resolve: (value: Connection) => T, reject: (error: unknown) => T): Promise<T> {
    return act(this.text)
      .then(() => new Connection())
      .then(resolve, reject);
  }
}

class Client extends EventEmitter {
  readonly #indices = new Indices();
  readonly tables = { one: new Table('one') };
  readonly actions = { send: act };
  readonly spread = Object.freeze({ deep: Object.freeze({ table: new Table('deep') }) });
  readonly seeds = Object.freeze([new Table('seed')] as const);
  readonly ready = Promise.resolve(new Connection());
  readonly http = Object.assign((path: string) => act(`GET ${path}`), {
    post: (path: string) => act(`POST ${path}`),
  });
  /** Every name is a model, as of clients that are generated. */
  readonly models: Record<string, { update: typeof act }> = new Proxy({}, { get: () => ({ update: act }) });
  readonly cluster = new Cluster();
  readonly lazy = {
    get table(): Table {
      return new Table('lazy');
    },
  };
  readonly Table = Table;
  readonly since = new Date(0);
  readonly customer = new Customer('Ada', 'L');
  readonly options = { retries: 3, headers: { accept: '*' }, tags: ['a'] };

  get indices(): Indices {
    return this.#indices;
  }
  table(name: string): Table {
    return new Table(name);
  }
  nodes(): Table[] {
    return [new Table('node 1'), new Table('node 2')];
  }
  sender(): (text: string) => Promise<string> {
    return (text) => act(text);
  }
  async connect(): Promise<Connection> {
    return new Connection();
  }
  opened(): Promise<Indices> {
    return Promise.resolve(this.#indices);
  }
  replica(): Promise<Replica> {
    return Promise.resolve(new Replica());
  }
  draft(): Promise<Draft> {
    return Promise.resolve(new Draft(1));
  }
  open(found: (error: Error | null, connection: Connection) => unknown): void {
    found(null, new Connection());
  }
  async transaction<T>(work: (tx: Connection) => Promise<T>): Promise<T> {
    return work(new Connection());
  }
  query(text: string): Query {
    return new Query(text);
  }
  emitted(text: string): Observable<string> {
    return new Observable((subscriber) => {
      void act(text);
      subscriber.next(text);
      subscriber.complete();
    });
  }
  upload(): Writable {
    return new Writable({ write: (chunk, _encoding, next) => void act(String(chunk)).then(() => next()) });
  }
  socket(): PassThrough {
    return new PassThrough();
  }
  find(): Promise<Customer> {
    return Promise.resolve(this.customer);
  }
  all(): Promise<Customer[]> {
    return Promise.resolve([this.customer]);
  }
  row(): { readonly id: number; readonly at: Date } {
    return { id: 1, at: this.since };
  }
  same<T>(value: T): T {
    return value;
  }
  holds(table: Table): boolean {
    return table === this.tables.one;
  }
  holdsIn({ table }: { readonly table: Table }): boolean {
    return this.holds(table);
  }
  holdsAll(tables: Table[]): boolean {
    return tables.every((one) => this.holds(one));
  }
}

/** In sloppy mode, which no module has, a function has members of its own. */
const sloppily = runInThisContext(
  '(function (tell) { return function (error, connection) { tell(connection); }; })',
) as (tell: (connection: Connection) => void) => (error: Error | null, connection: Connection) => void;

/** Data that has itself in it. */
function ownOptions(): object {
  const options: Record<string, unknown> = { name: 'x' };
  return Object.assign(options, { own: options });
}
function ownList(): unknown[] {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

/** What leads somewhere else, and does something there. */
const ways: Record<string, (client: Client) => Promise<() => unknown>> = {
  'an object behind a getter':
    async ({ indices }) =>
    () =>
      indices.create('x'),
  'an object in a plain one':
    async ({ tables }) =>
    () =>
      tables.one.insert('x'),
  'an object behind a getter of a plain one':
    async ({ lazy }) =>
    () =>
      lazy.table.insert('x'),
  'an object behind a getter of one without methods':
    async ({ cluster }) =>
    () =>
      cluster.primary.insert('x'),
  'a function in a plain object':
    async ({ actions }) =>
    () =>
      actions.send('x'),
  'an object in a frozen one':
    async ({ spread }) =>
    () =>
      spread.deep.table.insert('x'),
  'a proxy that makes up what it has':
    async ({ models }) =>
    () =>
      models['user']?.update('x'),
  'a function that has methods':
    async ({ http }) =>
    () =>
      http('x'),
  'the method of a function':
    async ({ http }) =>
    () =>
      http.post('x'),
  'what a method gives': async (client) => {
    const table = client.table('t');
    return () => table.insert('x');
  },
  'a list that a method gives': async (client) => {
    const [, second] = client.nodes();
    return () => second?.insert('x');
  },
  'a list that cannot be changed': async (client) => {
    const [first] = client.seeds;
    return () => first.insert('x');
  },
  'a function that a method gives': async (client) => {
    const send = client.sender();
    return () => send('x');
  },
  'what a promise gives': async (client) => {
    const connection = await client.connect();
    return () => connection.query('x');
  },
  'what a promise gives that keeps all it has to itself': async (client) => {
    const indices = await client.opened();
    return () => indices.create('x');
  },
  'what a promise gives that has all its methods from the class that its own extends': async (client) => {
    const replica = await client.replica();
    return () => replica.query('x');
  },
  'a record that a promise gives, with asynchronous methods': async (client) => {
    const draft = await client.draft();
    return () => draft.save();
  },
  'a promise in a property': async ({ ready }) => {
    const connection = await ready;
    return () => connection.query('x');
  },
  'what a callback is given': (client) =>
    new Promise((resolve) => client.open((_, connection) => resolve(() => connection.query('x')))),
  'what a callback is given that is written with the word function': (client) =>
    new Promise((resolve) =>
      client.open(function (_, connection) {
        resolve(() => connection.query('x'));
      }),
    ),
  'what a callback is given that is not in strict mode': (client) =>
    new Promise((resolve) => {
      const tell = (connection: Connection) => resolve(() => connection.query('x'));
      client.open(sloppily(tell));
    }),
  'the work inside a transaction': (client) =>
    new Promise((resolve) => void client.transaction(async (tx) => resolve(() => tx.query('x')))),
  'a query that is sent once it is awaited': async (client) => {
    const query = client.query('a').where('b');
    return async () => query;
  },
  'what such a query gives': async (client) => {
    const connection = await client.query('a');
    done = [];
    return () => connection.query('x');
  },
  'an Observable': async (client) => {
    const values = client.emitted('x').pipe(map((text) => text));
    return () => firstValueFrom(values);
  },
  'an emitter that gives itself': async (client) => {
    const link = client.on('error', () => undefined);
    return () => link.table('x');
  },
};

describe('what a guarded object gives out is guarded, too:', () => {
  it.each(Object.entries(ways))('%s', async (_title, lead) => {
    const use = await lead(guard(new Client()));
    await use();
    done = [];
    refuse = true;
    await expect((async () => use())()).rejects.toThrow('lock lost');
    expect(done).toEqual([]);
  });

  it('a stream that is written to', async () => {
    const sink = guard(new Client()).upload();
    await pipeline(Readable.from(['a', 'b']), sink);
    expect(done).toEqual(['a', 'b']);
    const late = guard(new Client()).upload();
    refuse = true;
    expect(() => late.write('c')).toThrow('lock lost');
  });

  it('a stream that is written to and read from', () => {
    const socket = guard(new Client()).socket();
    refuse = true;
    expect(() => socket.write('a')).toThrow('lock lost');
  });

  it('what a callback is given, though the callback itself is checked elsewhere', async () => {
    const seen: Connection[] = [];
    const listener = (_: unknown, connection: Connection) => void seen.push(connection);
    const partly = createGuard(
      () => {
        if (refuse) throw new RangeError('lock lost');
      },
      (value) => value === listener,
    );
    const client = partly(Object.assign(new Client(), { listener: () => listener }));
    client.open(client.listener());
    refuse = true;
    await expect((async () => seen[0]?.query('x'))()).rejects.toThrow('lock lost');
    expect(done).toEqual([]);
  });
});

describe('what a guarded object gives out keeps its identity:', () => {
  it('the same object has the same wrapper, wherever it comes from', async () => {
    const client = guard(new Client());
    expect(client.indices).toBe(client.indices);
    expect(client.same(client.tables.one)).toBe(client.tables.one);
    expect(await client.ready).toBe(await client.ready);
    expect(client.on('x', () => undefined)).toBe(client);
  });

  it('it is of its class, and its class is what it was', async () => {
    const client = guard(new Client());
    expect(client.table('t')).toBeInstanceOf(Table);
    expect(client.table('t').constructor).toBe(Table);
    expect(new client.Table('t').name).toBe('t');
    expect(await client.connect()).toBeInstanceOf(Connection);
    expect(client.emitted('x')).toBeInstanceOf(Observable);
    expect(client.connect()).toBeInstanceOf(Promise);
  });

  it('handed back, it arrives as the object itself, in lists and options as well', () => {
    const client = guard(new Client());
    expect(client.holds(client.tables.one)).toBe(true);
    expect(client.holdsAll([client.tables.one])).toBe(true);
    expect(client.holdsIn({ table: client.tables.one })).toBe(true);
  });

  it('handed back, an object without a class is itself, too', () => {
    const raw = { actions: { send: act }, has: (actions: object): boolean => actions === raw.actions };
    const { actions, has } = guard(raw);
    expect(has(actions)).toBe(true);
  });

  it('handed back, a function is itself, too', () => {
    const send = (text: string) => act(text);
    const { sender, isSender } = guard({ sender: () => send, isSender: (it: unknown) => it === send });
    expect(isSender(sender())).toBe(true);
  });

  it('handed back among others, it arrives with all of them', () => {
    const arrived: unknown[] = [];
    const raw = { table: new Table('one'), take: (it: unknown) => void arrived.push(it) };
    const { table, take } = guard(raw);
    take({ table, name: 'x' });
    take([table, 'x']);
    take(Object.assign(Object.create(null), { table }));
    expect(arrived).toEqual([{ table: raw.table, name: 'x' }, [raw.table, 'x'], { table: raw.table }]);
    const [options, list, bare] = arrived as [typeof raw, unknown[], typeof raw];
    expect([options.table, list[0], bare.table].every((one) => one === raw.table)).toBe(true);
  });

  it.each([
    ['options', { name: 'x', retry: { times: 3, after: [1, 2] } }],
    ['a list of anything', [null, undefined, 'text', 1, 2n, true, Symbol.iterator, new Point(1, 2)]],
    ['options that refer to themselves', ownOptions()],
  ])('%s without any such object arrive as they were passed', (_what, value) => {
    const { isSame } = guard({ isSame: (it: unknown) => it === value });
    expect(isSame(value)).toBe(true);
  });

  it('a list that cannot be changed has all its elements', () => {
    const { seeds } = guard(new Client());
    expect([seeds.length, Object.keys(seeds), seeds.map(({ name }) => name)]).toEqual([1, ['0'], ['seed']]);
  });

  it('put into a list, it is there as the object itself', () => {
    const raw = { nodes: [new Table('1'), new Table('2')] };
    const { nodes } = guard(raw);
    const [first] = nodes;
    nodes[1] = first!;
    expect(raw.nodes[1]).toBe(raw.nodes[0]);
    expect(nodes[1]).toBe(first);
  });

  it('a listener can be taken off', () => {
    const client = guard(new Client());
    const listener = () => done.push('heard');
    client.on('x', listener);
    client.off('x', listener);
    client.emit('x');
    expect(done).toEqual([]);
  });

  it('what a method is handed it gives back as it was', async () => {
    const raw = new Table('mine');
    expect(guard(new Client()).same(raw)).toBe(raw);
  });

  it('a callback looks as it was written', () => {
    const callback = (first: unknown, second: unknown) => [first, second];
    const { taken } = guard({ taken: (it: typeof callback) => [it.length, it.toString()] });
    expect(taken(callback)).toEqual([2, callback.toString()]);
  });

  it('a constructor of the old kind can be constructed from, and is checked in its statics', () => {
    const Old = Object.assign(oldModel(), { make: () => 'made' });
    const { Model } = guard({ Model: Old });
    expect(new Model('a')).toBeInstanceOf(Old);
    expect(new Model('a').hello()).toBe('hello');
    refuse = true;
    expect(() => Model.make()).toThrow('lock lost');
  });

  it('a constructor of the old kind can be constructed from without statics, and be compared with', () => {
    const Old = oldModel();
    const client = guard({ Model: Old, one: new Old('one') });
    expect(new client.Model('a')).toBeInstanceOf(Old);
    expect(client.one.constructor).toBe(Old);
  });
});

describe('data stays as it is:', () => {
  it('plain values, lists, rows and built-ins', () => {
    const raw = new Client();
    const client = guard(raw);
    expect(client.since).toBe(raw.since);
    expect(client.options).toBe(raw.options);
    expect(client.row()).not.toBe(guard(client.row()));
    expect(client.row().at).toBe(raw.since);
  });

  it.each([
    [new Map([[1, 2]])],
    [new Set([1])],
    [Buffer.from('a')],
    [new Uint8Array(2)],
    [new ArrayBuffer(2)],
    [/a/],
    [new Error('e')],
    [new URL('http://host')],
    [new AbortController().signal],
    [Readable.from([1])],
    [[]],
    [[new Date()]],
    [[1].values()],
    [new Map().entries()],
    [new Intl.NumberFormat('en')],
    [Object.create(null) as unknown],
    [{ a: { b: [1, { c: null }] } }],
    [new Point(1, 2)],
    [new Reading(20)],
    [ownOptions()],
    [ownList()],
  ])('%p', async (value) => {
    const client = guard({ value, give: () => value, find: async () => value });
    expect([client.value === value, client.give() === value, (await client.find()) === value]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('records with methods, such as entities, that were asked for', async () => {
    const raw = new Client();
    const client = guard(raw);
    expect(await client.find()).toBe(raw.customer);
    expect((await client.all())[0]).toBe(raw.customer);
    refuse = true;
    expect(raw.customer.name()).toBe('Ada L');
  });

  it('a generator, which gives its values as before', async () => {
    const client = guard({
      async *rows() {
        yield await Promise.resolve(1);
      },
      *ids() {
        yield 2;
      },
      stream: () => Readable.from([3]).pipe(new PassThrough({ objectMode: true })),
    });
    const seen: unknown[] = [...client.ids()];
    for await (const row of client.rows()) seen.push(row);
    for await (const row of client.stream()) seen.push(row);
    expect(seen).toEqual([2, 1, 3]);
  });

  it('what is checked elsewhere', () => {
    const raw = new Client();
    const partly = createGuard(
      () => undefined,
      (value) => value instanceof Indices,
    );
    expect(partly(raw).indices).toBe(raw.indices);
    expect(partly(raw.indices)).toBe(raw.indices);
  });
});

describe('a refused method', () => {
  it('rejects where it is asynchronous', async () => {
    const connection = await guard(new Client()).connect();
    refuse = true;
    const refused = connection.query('x');
    await expect(refused).rejects.toThrow('lock lost');
  });

  it('rejects where it has given a promise before, of whatever object', async () => {
    const client = guard(new Client());
    await client.table('a').insert('x');
    const table = client.table('b');
    refuse = true;
    await expect(table.insert('x').catch(() => 'caught')).resolves.toBe('caught');
  });

  it('does not end the process where nobody awaits it', async () => {
    const client = guard(new Client());
    refuse = true;
    void client.connect();
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual([]);
  });

  describe('of which it is not known whether it may be called', () => {
    let doubt: Promise<void> | undefined;
    let decide: () => void;
    beforeEach(() => (doubt = undefined));
    const doubtful = createGuard(() => {
      if (doubt) throw new LockUnconfirmedError('inventory', 1, 'it ran out', doubt);
    });
    const begin = () => {
      doubt = new Promise((resolve) => {
        decide = () => {
          doubt = undefined;
          resolve();
        };
      });
    };

    it('waits for that at any depth', async () => {
      const connection = await doubtful(new Client()).connect();
      begin();
      const asked = connection.query('x');
      await Promise.resolve();
      expect(done).toEqual([]);
      decide();
      await asked;
      expect(done).toEqual(['x']);
    });

    it('waits for that where it is a query that is awaited, even the first of its kind', async () => {
      const then = (resolve: (value: string) => void) => act('sent').then(resolve);
      const { query } = doubtful({ query: () => ({ then }) });
      const sent = query();
      begin();
      const awaited = (async () => sent)();
      await new Promise((resolve) => setImmediate(resolve));
      expect(done).toEqual([]);
      decide();
      expect(await awaited).toBe('1');
    });
  });

  it('leaves a promise in a property alone that nobody has looked at', async () => {
    const ready = Promise.reject(new TypeError('no'));
    ready.catch(() => undefined);
    const client = guard({ ready, of: () => of(1) });
    expect(client.ready).toBeInstanceOf(Promise);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(client.ready).rejects.toThrow('no');
  });
});
