import { jest } from '@jest/globals';
import {
  CrashPoint,
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
  type InMemoryNetwork,
} from '@nestjs-flamingock/testing';
import { entryHash } from '../audit/audit-chain.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { LEASE_MS, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { execute } from '../operations/execute.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { ManualInterventionError } from './run.errors.js';

/** Two databases and two instances of a service that reach them, each through a network of its own. */
class World {
  readonly runtime = new ManualRuntime();
  private readonly audit = new InMemoryDatabase({ now: this.runtime.wallMs });
  private readonly target = new InMemoryDatabase();
  private instances = 0;

  constructor(private readonly kind: keyof typeof KINDS) {}

  /** Starts an instance. Its change counts in the target how often it took effect. */
  start(network?: InMemoryNetwork): Promise<ExecutionReport> {
    this.instances += 1;
    const audit = this.audit.connect(network);
    const target = this.kind === 'TX_SHARED' ? audit : this.target.connect(network);
    return execute(
      anEngine({
        store: new InMemoryAuditStore(audit),
        runtime: new ManualRuntime({ clock: this.runtime.clock, pid: this.instances }),
        changes: [KINDS[this.kind](target)],
      }),
      new AbortController().signal,
    );
  }

  /** A second instance, once the first one's lease may be over. */
  async startNext(): Promise<ExecutionReport | ManualInterventionError> {
    try {
      return await passing(this.runtime, this.start());
    } catch (error) {
      if (error instanceof ManualInterventionError) return error;
      throw error;
    }
  }

  effects(): Promise<unknown> {
    return new InMemoryTable(this.kind === 'TX_SHARED' ? this.audit : this.target).get('count');
  }

  states(): Promise<string[]> {
    return statesOf(new InMemoryAuditStore(this.audit));
  }

  /** Fails unless every entry follows the one before and the head is at the last. */
  async verify(): Promise<void> {
    const store = new InMemoryAuditStore(this.audit);
    let last = { seq: 0, hash: '0'.repeat(64) };
    for await (const entry of store.readHistory(SERVICE)) {
      expect(entry).toMatchObject({ seq: last.seq + 1, prevHash: last.hash, hash: entryHash(entry) });
      last = entry;
    }
    expect((await store.readHead(SERVICE)) ?? last).toMatchObject({ seq: last.seq, hash: last.hash });
  }
}

async function count(table: InMemoryTable): Promise<void> {
  const before = (await table.get('count')) as number | undefined;
  await table.set('count', (before ?? 0) + 1);
}

const transactional = (database: InMemoryDatabase): ChangeDescriptor =>
  aChange({
    target: new InMemoryTargetSystem('inventory-db', database),
    transactional: true,
    execution: changeMethod(({ handles }) => count(handles.get(InMemoryTable) as InMemoryTable)),
  });
const plain = (database: InMemoryDatabase, fields: Partial<ChangeDescriptor>): ChangeDescriptor =>
  aChange({
    target: { ...FILES },
    execution: changeMethod(({ guard }) => count(guard(new InMemoryTable(database)))),
    ...fields,
  });
const KINDS = {
  TX_SHARED: transactional,
  TX_SEPARATE: transactional,
  'TX_SEPARATE, in part': (database: InMemoryDatabase) => brokenOff(database),
  'NON_TX, manual': (database: InMemoryDatabase) => plain(database, {}),
  'NON_TX, retry': (database: InMemoryDatabase) => plain(database, { recovery: 'ALWAYS_RETRY' }),
  'NON_TX, verified': (database: InMemoryDatabase) =>
    plain(database, {
      verification: {
        name: 'verify',
        always: false,
        ask: async ({ guard }) =>
          (await guard(new InMemoryTable(database)).get('count')) === undefined ? 'not-applied' : 'applied',
      },
    }),
} as const;
/** A change that counts, and whose commit then fails. */
const brokenOff = (database: InMemoryDatabase): ChangeDescriptor =>
  aChange({
    target: new InMemoryTargetSystem('inventory-db', database, { keepsPart: true }),
    transactional: true,
    execution: changeMethod(async ({ handles }) => {
      const table = handles.get(InMemoryTable) as InMemoryTable;
      await count(table);
      await table.failAtCommit(new TypeError('no room'));
    }),
  });
const EXACTLY_ONCE = ['TX_SHARED', 'TX_SEPARATE'] as const;
/** Where nothing of a process that is over can come later, its `@Verify()` tells as much as a marker. */
const SETTLED = [...EXACTLY_ONCE, 'NON_TX, verified'] as const;

/** Runs `scenario` with the trouble at the first message, the second, and so on, until there is no trouble. */
async function everywhere(scenario: (at: number) => Promise<boolean>): Promise<number> {
  let at = 0;
  while (await scenario(at)) at += 1;
  return at;
}

// Hundreds of runs each; the machine may be busy.
jest.setTimeout(120_000);

describe('a process that dies at any message', () => {
  it.each(SETTLED)('leaves a %s change that the next one applies exactly once', async (kind) => {
    const points = await everywhere(async (at) => {
      const world = new World(kind);
      const crash = new CrashPoint(at);
      const died = await crash.kills(world.start(crash.network));
      await world.startNext();
      const where = JSON.stringify(crash.arrived.at(-1));
      expect([where, await world.effects()]).toEqual([where, 1]);
      expect((await world.states()).at(-1)).toBe('publish EXECUTED');
      await world.verify();
      return died;
    });
    expect(points).toBeGreaterThan(15);
  });

  it('leaves a NON_TX change that is never run again without a manual check', async () => {
    const points = await everywhere(async (at) => {
      const world = new World('NON_TX, manual');
      const crash = new CrashPoint(at);
      const died = await crash.kills(world.start(crash.network));
      const left = await world.states();
      const next = await world.startNext();
      expect(next instanceof ManualInterventionError).toBe(left.at(-1) === 'publish STARTED');
      expect([undefined, 1]).toContain(await world.effects());
      if (!(next instanceof ManualInterventionError)) expect(await world.effects()).toBe(1);
      await world.verify();
      return died;
    });
    expect(points).toBeGreaterThan(15);
  });

  it('leaves a change that took effect in part as one that needs a manual check, and never runs again', async () => {
    const points = await everywhere(async (at) => {
      const world = new World('TX_SEPARATE, in part');
      const crash = new CrashPoint(at);
      const died = await crash.kills(world.start(crash.network).catch(() => undefined));
      await world.startNext().catch(() => undefined);
      const where = JSON.stringify(crash.arrived.at(-1));
      expect([where, await world.effects()]).toEqual([where, 1]);
      expect((await world.states()).at(-1)).toBe('publish EXECUTION_FAILED');
      expect(await world.startNext()).toBeInstanceOf(ManualInterventionError);
      expect(await world.effects()).toBe(1);
      await world.verify();
      return died;
    });
    expect(points).toBeGreaterThan(15);
  });

  it('leaves a NON_TX change that is run again where its author allows it', async () => {
    await everywhere(async (at) => {
      const world = new World('NON_TX, retry');
      const crash = new CrashPoint(at);
      const died = await crash.kills(world.start(crash.network));
      expect(await world.startNext()).not.toBeInstanceOf(ManualInterventionError);
      expect([1, 2]).toContain(await world.effects());
      expect((await world.states()).at(-1)).toBe('publish EXECUTED');
      await world.verify();
      return died;
    });
  });

  it.each(SETTLED)('may be followed by one that dies too: %s', async (kind) => {
    await everywhere(async (first) => {
      let died = false;
      await everywhere(async (second) => {
        const world = new World(kind);
        const crash = new CrashPoint(first);
        died = await crash.kills(world.start(crash.network));
        await world.runtime.advance(LEASE_MS);
        const again = new CrashPoint(second);
        const diedAgain = await again.kills(world.start(again.network));
        await world.startNext();
        expect(await world.effects()).toBe(1);
        await world.verify();
        return diedAgain;
      });
      return died;
    });
  });
});

describe('a process that stands still at any message, and goes on after another has taken over', () => {
  /** Stops at the `at`-th message until it is let go on. */
  function pauseAt(at: number) {
    let [seen, paused] = [0, false];
    let goOn: () => void = () => undefined;
    let arrived: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const reached = new Promise<void>((resolve) => (arrived = resolve));
    const network: InMemoryNetwork = async () => {
      const mine = seen++;
      if (mine < at || (paused && mine !== at)) return paused ? gate : undefined;
      paused = true;
      arrived();
      await gate;
    };
    return { network, reached, goOn: () => goOn(), wasPaused: () => paused };
  }

  async function scenario(kind: keyof typeof KINDS, at: number) {
    const world = new World(kind);
    const pause = pauseAt(at);
    const first = world.start(pause.network);
    first.catch(() => undefined);
    await Promise.race([pause.reached, first.catch(() => undefined)]);
    const next = await world.startNext();
    const states = await world.states();
    pause.goOn();
    await passing(world.runtime, first).catch(() => undefined);
    await world.verify();
    return { world, next, states, paused: pause.wasPaused() };
  }

  it.each(EXACTLY_ONCE)('has a %s change applied exactly once', async (kind) => {
    const points = await everywhere(async (at) => {
      const { world, paused } = await scenario(kind, at);
      expect([at, await world.effects()]).toEqual([at, 1]);
      expect((await world.states()).at(-1)).toBe('publish EXECUTED');
      return paused;
    });
    expect(points).toBeGreaterThan(15);
  });

  it('adds nothing to the history of a NON_TX change that another has looked at', async () => {
    await everywhere(async (at) => {
      const { world, next, states, paused } = await scenario('NON_TX, manual', at);
      if (next instanceof ManualInterventionError) expect(await world.states()).toEqual(states);
      return paused;
    });
  });
});
