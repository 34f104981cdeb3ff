import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { LEASE_MS, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { execute } from '../operations/execute.js';
import { status } from '../operations/status.js';
import { activityKey } from '../reporting/holder-activity.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
});

const store = () => new InMemoryAuditStore(database);
const record = () => store().records.read(activityKey(SERVICE));
const lasting = (id: string, ms: number, progress?: readonly [number, number]): ChangeDescriptor =>
  aChange({
    id,
    order: id,
    execution: changeMethod(async ({ context }) => {
      if (progress) context.progress(...progress);
      await runtime.sleep(ms);
    }),
  });
const engine = (changes: ChangeDescriptor[], audit = new InMemoryAuditStore(database.connect(wire.carry))) =>
  anEngine({ store: audit, runtime, changes });
const start = (one = engine([])) => execute(one, new AbortController().signal);

describe('what a holder is at work on', () => {
  it('is told to nobody by a short run', async () => {
    await passing(runtime, start(engine([lasting('a', 400), lasting('b', 400)])));
    expect(await record()).toBeUndefined();
  });

  it('is told after a second, and each second that has something new', async () => {
    const change = aChange({
      id: 'fill',
      execution: changeMethod(async ({ context }) => {
        for (let done = 0; done < 4; done += 1) {
          context.progress(done, 4);
          await runtime.sleep(1_000);
        }
        await runtime.sleep(20_000);
      }),
    });
    const run = start(engine([aChange({ id: 'before', order: '0000' }), change]));
    await runtime.advance(2_500);
    const { activity } = await status(engine([change]));
    expect(activity).toEqual({
      stage: 'main',
      changeId: 'fill',
      position: 2,
      of: 2,
      startedAt: runtime.wallMs() - 2_500,
      runningMs: 2_500,
      progress: { done: 1, total: 4 },
    });
    await runtime.advance(10_000);
    const { version } = (await record()) ?? {};
    expect(version).toBeLessThanOrEqual(5);
    expect((await status(engine([change]))).activity?.progress).toEqual({ done: 3, total: 4 });
    await passing(runtime, run);
  });

  it('means nothing once the lock is not its holder’s any more', async () => {
    await passing(runtime, start(engine([lasting('a', 3_000)])));
    expect(await record()).toBeDefined();
    expect((await status(engine([]))).activity).toBeUndefined();
    await store().lock.acquire({ service: SERVICE, owner: 'other', host: 'h', pid: 2, leaseMs: LEASE_MS });
    expect((await status(engine([]))).activity).toBeUndefined();
  });

  it('is not told over what a later holder has told', async () => {
    const run = start(engine([lasting('a', 5_000)]));
    await runtime.advance(1_500);
    const later = JSON.stringify({
      ...(JSON.parse((await record())?.value ?? '') as object),
      token: 9,
      changeId: 'later',
    });
    await store().records.write({ ...activityKey(SERVICE), value: later }, { ifVersion: 1 });
    await passing(runtime, run);
    expect((await record())?.value).toBe(later);
  });

  it('overwrites what an earlier holder has told', async () => {
    await passing(runtime, start(engine([lasting('a', 3_000)])));
    const run = start(engine([aChange({ id: 'a', order: 'a' }), lasting('b', 3_000)]));
    await runtime.advance(1_500);
    expect((await status(engine([]))).activity).toMatchObject({ changeId: 'b', position: 1, of: 1 });
    await passing(runtime, run);
  });

  it('is left out where the store takes no record, and the run goes on', async () => {
    const audit = new InMemoryAuditStore(database);
    audit.records.write = () => Promise.reject(new TypeError('read-only'));
    const report = await passing(runtime, start(engine([lasting('a', 5_000)], audit)));
    expect(report).toMatchObject({ status: 'applied', warnings: [] });
  });

  it('keeps nobody waiting where the store does not answer', async () => {
    const audit = new InMemoryAuditStore(database);
    let asked = 0;
    audit.records.write = () => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const report = await passing(runtime, start(engine([lasting('a', 5_000)], audit)));
    expect(report.durationMs).toBeLessThan(5_200);
    expect(asked).toBe(1);
  });

  it('is not written while its own transaction keeps all others from writing', async () => {
    const audit = new InMemoryAuditStore(database);
    Object.assign(audit.lock, { isHeldBy: () => true });
    const { InMemoryTargetSystem } = await import('@nestjs-flamingock/testing');
    const target = new InMemoryTargetSystem('db', database);
    const change = { ...lasting('a', 5_000), target, transactional: true };
    await passing(runtime, start(engine([change], audit)));
    expect(await record()).toBeUndefined();
  });
});

describe('an instance that waits', () => {
  const progressOf = ({ events }: ReturnType<typeof engine>) =>
    events.published.filter(({ name }) => name === 'holder.progress').map(({ event }) => event);

  it('tells what the holder is at work on, and how far it has come', async () => {
    const changes = [lasting('a', 30_000, [3, 10])];
    const first = start(engine(changes));
    const waiting = engine(changes);
    const second = start(waiting);
    await runtime.advance(5_000);
    expect(progressOf(waiting).at(-1)).toMatchObject({
      service: SERVICE,
      holder: { token: 1, host: runtime.host },
      activity: { changeId: 'a', position: 1, of: 1, progress: { done: 3, total: 10 } },
    });
    await Promise.all([passing(runtime, first), passing(runtime, second)]);
    expect(progressOf(waiting).length).toBeLessThanOrEqual(15);
  });

  it('reads nothing of it in a short wait', async () => {
    const first = start(engine([lasting('a', 900)]));
    const waiting = engine([lasting('a', 900)]);
    const asked: string[] = [];
    const { read } = waiting.store.records;
    waiting.store.records.read = (key) => {
      asked.push(key.kind);
      return read(key);
    };
    await Promise.all([passing(runtime, first), passing(runtime, start(waiting))]);
    expect(asked).toEqual([]);
  });

  it('goes on where the holder’s activity cannot be read', async () => {
    const first = start(engine([lasting('a', 8_000)]));
    const waiting = engine([lasting('a', 8_000)]);
    waiting.store.records.read = () => Promise.reject(new TypeError('away'));
    const [, report] = await Promise.all([passing(runtime, first), passing(runtime, start(waiting))]);
    expect(report.status).toBe('up-to-date');
    expect(progressOf(waiting)).toEqual([]);
  });
});
