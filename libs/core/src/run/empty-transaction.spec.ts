import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { ChangeDescriptor, Invocation } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing } from '../fixtures/runs.js';
import { execute } from '../operations/execute.js';
import { undo } from '../operations/undo.js';
import type { Handles } from '../target-system/target-system.js';
import type { Transaction } from '../lock/transaction.js';
import type { ChangeFailedError } from './run.errors.js';

/** Its transaction holds only what a change writes through the table that it is lent. */
class HandFilledTarget extends InMemoryTargetSystem {
  override transaction(...[change, work, marker]: Parameters<InMemoryTargetSystem['transaction']>) {
    const counting = async (handles: Handles, tx: Transaction): Promise<void> => {
      const table = handles.get(InMemoryTable) as InMemoryTable;
      let isEmpty = true;
      const set = table.set.bind(table);
      table.set = (...written) => ((isEmpty = false), set(...written));
      await work(handles, { resource: tx.resource, isEmpty: () => isEmpty });
    };
    return super.transaction(change, counting, marker);
  }
}

let runtime: ManualRuntime;
let store: InMemoryAuditStore;
let target: HandFilledTarget;

beforeEach(() => {
  runtime = new ManualRuntime();
  store = new InMemoryAuditStore(new InMemoryDatabase({ now: runtime.wallMs }));
  target = new HandFilledTarget('queue', new InMemoryDatabase({ now: runtime.wallMs }));
});

const writing = async ({ handles }: Invocation): Promise<void> => {
  await (handles.get(InMemoryTable) as InMemoryTable).set('k', 'v');
};
const past = (): void => undefined;
const failing = (body: (invocation: Invocation) => unknown) => async (invocation: Invocation) => {
  await body(invocation);
  throw new TypeError('boom');
};
const change = (body: (invocation: Invocation) => unknown, fields: Partial<ChangeDescriptor> = {}) =>
  aChange({ target, transactional: true, execution: changeMethod(body), ...fields });
const engineOf = (...changes: ChangeDescriptor[]) => anEngine({ store, runtime, changes });
const signal = () => new AbortController().signal;
const run = (...changes: ChangeDescriptor[]) => passing(runtime, execute(engineOf(...changes), signal()));
const stepsAfter = async (body: (invocation: Invocation) => unknown): Promise<string> => {
  const { report } = (await failureOf(run(change(failing(body))))) as ChangeFailedError;
  return (report.changes[0]?.nextSteps ?? []).join('\n');
};

describe('a change that put nothing into its transaction', () => {
  it('is warned of by its name where it succeeded', async () => {
    const { warnings } = await run(change(past, { id: 'schedule' }));
    expect(warnings).toEqual([expect.stringMatching(/^"schedule" was executed\. .*held nothing.*"queue"/)]);
  });

  it('proves nothing where it failed', async () => {
    const text = await stepsAfter(past);
    expect(text).toMatch(/held nothing: all that it did in target system "queue" went past it/);
    expect(text).not.toMatch(/is left/);
  });

  it('is told of in its undo', async () => {
    const rollback = changeMethod(past, 'rollback');
    const engine = engineOf(change(writing, { rollback }));
    await passing(runtime, execute(engine, signal()));
    const { changes } = await passing(runtime, undo(engine, { changeId: 'publish' }, { signal: signal() }));
    expect(changes[0]).toMatchObject({
      result: 'undone',
      nextSteps: [expect.stringMatching(/held nothing/)],
    });
  });
});

describe('a change that wrote in its transaction', () => {
  it('is not warned of', async () => {
    expect((await run(change(writing))).warnings).toEqual([]);
  });

  it('leaves nothing of what its transaction held where it failed', async () => {
    expect(await stepsAfter(writing)).toMatch(/nothing of what it held is left in target system "queue"/);
  });
});
