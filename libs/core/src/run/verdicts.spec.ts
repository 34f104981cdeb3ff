import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, statesOf } from '../fixtures/runs.js';
import { execute } from '../operations/execute.js';
import { issueGet, issueList } from '../operations/issues.js';
import { undo } from '../operations/undo.js';
import { ManualInterventionError, type ChangeFailedError } from './run.errors.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
/** What `@Verify()` returns, or throws. */
let says: () => unknown;
let asked: number;
let executed: number;
let breaks: boolean;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  says = () => 'unknown';
  asked = 0;
  executed = 0;
  breaks = true;
});

const store = () => new InMemoryAuditStore(database);
const execution = changeMethod(() => {
  executed += 1;
  if (breaks) throw new TypeError('no');
});

function engine(fields: Partial<ChangeDescriptor> = {}, always = false) {
  const ask = () => {
    asked += 1;
    return Promise.resolve().then(says);
  };
  const verification = { name: 'verify', always, ask };
  return anEngine({ store: store(), runtime, changes: [aChange({ execution, verification, ...fields })] });
}
const start = (one = engine()) => passing(runtime, execute(one, new AbortController().signal));
const states = () => statesOf(store());
const lastEntry = async () => {
  const entries = [];
  for await (const entry of store().readHistory('inventory')) entries.push(entry);
  return entries.at(-1)!;
};

describe('a change that failed without a transaction, and has a @Verify()', () => {
  beforeEach(async () => {
    const error = await failureOf(start());
    expect((error as ChangeFailedError).report.changes[0]).toMatchObject({
      state: 'EXECUTION_FAILED',
      reason: expect.stringMatching(/^the next start asks: .*its @Verify\(\) is asked$/),
      nextSteps: [expect.stringContaining('is asked how much'), expect.stringContaining('@Verify()')],
    });
    expect(asked).toBe(0);
    expect(await issueList(engine())).toEqual([]);
    breaks = false;
  });

  it('counts as executed where all of it is there', async () => {
    says = () => 'applied';
    expect((await start()).changes[0]).toMatchObject({ result: 'reconciled' });
    expect(executed).toBe(1);
    expect(await lastEntry()).toMatchObject({
      state: 'EXECUTED',
      operation: 'RECONCILE',
      metadata: { verdict: 'applied' },
    });
    expect((await start()).status).toBe('up-to-date');
    expect(asked).toBe(1);
  });

  it('is executed where nothing of it is there', async () => {
    says = () => 'not-applied';
    expect((await start()).changes[0]).toMatchObject({ result: 'executed' });
    expect((await states()).slice(2)).toEqual(['publish ROLLED_BACK', 'publish STARTED', 'publish EXECUTED']);
  });

  it.each([
    ['it is partial', () => 'partial', 'partial'],
    ['it does not know', () => 'unknown', 'unknown'],
    [
      'it fails',
      () => {
        throw new RangeError('the feed is away');
      },
      'unknown',
    ],
    ['it returns something else', () => true, 'unknown'],
  ])('needs a person where %s, with what was said, and is recorded once', async (_, answer, verdict) => {
    says = answer;
    for (let starts = 0; starts < 3; starts++)
      expect(await failureOf(start())).toBeInstanceOf(ManualInterventionError);
    expect(asked).toBe(3);
    expect(executed).toBe(1);
    expect(await states()).toHaveLength(3);
    expect(await lastEntry()).toMatchObject({ state: 'EXECUTION_FAILED', metadata: { verdict } });
    const issue = await issueGet(engine(), 'publish');
    expect(issue.reason).toContain(`its @Verify() says "${verdict}"`);
    expect(issue.guidance[0]).toContain(`Its @Verify() says "${verdict}".`);
  });

  it('says why @Verify() could not tell', async () => {
    says = () => true;
    await failureOf(start());
    expect((await lastEntry()).error).toMatch(/returned true\. Return one of 'applied', 'not-applied'/);
  });

  it('is settled by the first start at which it can tell', async () => {
    says = () => 'partial';
    await failureOf(start());
    says = () => 'applied';
    expect((await start()).status).toBe('applied');
    expect((await states()).at(-1)).toBe('publish EXECUTED');
  });

  it('is not settled where it does not answer in time', async () => {
    says = () => new Promise(() => undefined);
    const slow = engine({ timeoutMs: 1_000 });
    expect(await failureOf(start(slow))).toBeInstanceOf(ManualInterventionError);
    expect((await lastEntry()).error).toContain('did not end within 1000 ms');
  });
});

describe('a change whose author allows a retry', () => {
  it('is executed again only where its @Verify() does not say that it is there', async () => {
    const retried = () => engine({ recovery: 'ALWAYS_RETRY' });
    await failureOf(start(retried()));
    breaks = false;
    says = () => 'applied';
    await start(retried());
    expect(executed).toBe(1);
  });

  it('is executed again where its @Verify() cannot tell', async () => {
    const retried = () => engine({ recovery: 'ALWAYS_RETRY' });
    await failureOf(start(retried()));
    breaks = false;
    await start(retried());
    expect(executed).toBe(2);
    expect(await states()).not.toContain('publish ROLLED_BACK');
  });
});

describe("verify: 'always'", () => {
  it('fails a change that says it is done and is not, and takes it back', async () => {
    breaks = false;
    let there = false;
    says = () => (there ? 'applied' : 'not-applied');
    const rollback = changeMethod(() => undefined, 'rollback');
    const error = await failureOf(start(engine({ rollback }, true)));
    expect((error as Error).message).toMatch(/execute\(\) .* its @Verify\(\) says "not-applied"/);
    expect(await states()).toEqual(['publish STARTED', 'publish EXECUTION_FAILED', 'publish ROLLED_BACK']);
    there = true;
    expect((await start(engine({ rollback }, true))).status).toBe('applied');
  });

  it('fails an undo after which part of the change is there', async () => {
    breaks = false;
    says = () => 'applied';
    const rollback = changeMethod(() => undefined, 'rollback');
    await start(engine({ rollback }, true));
    const signal = new AbortController().signal;
    const request = { changeId: 'publish' };
    const report = await passing(runtime, undo(engine({ rollback }, true), request, { signal }));
    expect(report).toMatchObject({
      status: 'stopped',
      changes: [{ result: 'failed', state: 'ROLLBACK_FAILED' }],
    });
  });

  it('asks nothing of a change that does not say so', async () => {
    breaks = false;
    await start();
    expect(asked).toBe(0);
  });
});
