import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import { aChange } from '../fixtures/changes.js';
import { createPipeline } from '../plan/pipeline.js';
import { LookTimeoutError } from './executor.errors.js';
import { separateTargets, targetsWithMarkers, withinLook } from './separate-targets.js';

const database = new InMemoryDatabase();
const store = new InMemoryAuditStore(database);
const apart = new InMemoryTargetSystem('apart', new InMemoryDatabase());
const other = new InMemoryTargetSystem('other', new InMemoryDatabase());
const shared = new InMemoryTargetSystem('shared', database);
const changes = [
  aChange({ id: 'a', target: apart, transactional: true }),
  aChange({ id: 'b', target: apart, transactional: true }),
  aChange({ id: 'c', target: shared, transactional: true }),
  aChange({ id: 'd', target: other, transactional: false }),
  aChange({ id: 'e' }),
];

describe('target systems that keep markers', () => {
  it('are those with transactions apart from the history, each once', () => {
    expect(targetsWithMarkers(changes, store)).toEqual([apart]);
  });

  it('are found in all stages of a pipeline', () => {
    const last = aChange({ id: 'f', target: other, transactional: true });
    const pipeline = createPipeline('inventory', [
      { name: 'first', changes },
      { name: 'last', changes: [last] },
    ]);
    expect(separateTargets({ pipeline, store })).toEqual([apart, other]);
  });
});

describe('a look at a target system', () => {
  it('gives what the target answers', async () => {
    expect(await withinLook(Promise.resolve('answer'), new ManualRuntime())).toBe('answer');
  });

  it('is given up after three seconds, and says for how long it waited', async () => {
    const runtime = new ManualRuntime();
    const look = withinLook(new Promise(() => undefined), runtime);
    const outcome = look.catch((error: unknown) => error);
    await runtime.advance(2_999);
    expect(await Promise.race([outcome, Promise.resolve('waiting')])).toBe('waiting');
    await runtime.advance(1);
    const error = await outcome;
    expect(error).toBeInstanceOf(LookTimeoutError);
    expect(error).toMatchObject({ waitedMs: 3_000, message: 'there was no answer within 3000 ms' });
  });
});
