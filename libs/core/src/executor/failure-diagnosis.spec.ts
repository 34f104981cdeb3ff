import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { openRun, passing, SERVICE } from '../fixtures/runs.js';
import { diagnosisOf, type Diagnosis } from '../recovery/diagnosis.js';
import type { TargetSystem } from '../target-system/target-system.js';
import { TargetSystemUnavailableError } from '../target-system/target-system.errors.js';
import type { ProcessFacts } from '../runtime/runtime.js';
import { FailureDiagnosis } from './failure-diagnosis.js';
import { NonTxExecutor } from './non-tx.executor.js';

class DriverError extends Error {
  readonly code = '42';
}

/** A target system that tells what it is asked. */
class TalkativeTarget implements TargetSystem {
  readonly id = FILES.id;
  readonly handleTokens = [];
  versionsAsked = 0;
  version: () => Promise<string | undefined> = () => Promise.resolve('7.2');
  told: (error: unknown) => object = (error) =>
    error instanceof DriverError ? { code: error.code, statement: 'PUT (2 arguments)' } : {};

  readonly run = FILES.run;

  diagnose(error: unknown): object {
    return this.told(error);
  }

  serverVersion(): Promise<string | undefined> {
    this.versionsAsked += 1;
    return this.version();
  }
}

let runtime: ManualRuntime & { processFacts?(): ProcessFacts };
let database: InMemoryDatabase;
let target: TalkativeTarget;
let statements: boolean;
let signal: AbortSignal;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  target = new TalkativeTarget();
  statements = true;
  signal = new AbortController().signal;
});

const entries = async (): Promise<AuditEntry[]> => {
  const all: AuditEntry[] = [];
  for await (const entry of new InMemoryAuditStore(database).readHistory(SERVICE)) all.push(entry);
  return all;
};

/** Runs changes that fail with these errors, one after the other. */
async function failures(...thrown: readonly unknown[]): Promise<(Diagnosis | undefined)[]> {
  const run = await openRun(new InMemoryAuditStore(database), runtime);
  const diagnosis = new FailureDiagnosis({
    targets: [target],
    runtime,
    activity: run.activity,
    signal,
    statements,
  });
  const executor = new NonTxExecutor({ ...run, diagnosis }, new InMemoryAuditStore(database));
  for (const [index, error] of thrown.entries()) {
    const execution = changeMethod(() => {
      throw error;
    });
    await passing(runtime, executor.execute(aChange({ id: `c${index}`, execution })));
  }
  const failed = (await entries()).filter(({ state }) => state === 'EXECUTION_FAILED');
  return failed.map(diagnosisOf);
}

describe('the diagnosis of a failure', () => {
  it('has the class of the error, what the target system says of it, and what process it was', async () => {
    runtime.processFacts = () => ({
      applicationVersion: '1.0.0',
      revision: undefined,
      nodeVersion: '24.1.0',
    });
    expect(await failures(new DriverError('no'))).toEqual([
      {
        errorClass: 'DriverError',
        code: '42',
        statement: 'PUT (2 arguments)',
        serverVersion: '7.2',
        applicationVersion: '1.0.0',
        nodeVersion: '24.1.0',
        pid: 1,
      },
    ]);
  });

  it('finds the error of the driver inside those that wrap it', async () => {
    class ImportError extends Error {}
    const [caused, member] = await failures(
      new ImportError('no', { cause: new TargetSystemUnavailableError('files', new DriverError('no')) }),
      new AggregateError([new TypeError('x'), new DriverError('no')], 'no'),
    );
    expect(caused).toMatchObject({ errorClass: 'ImportError', code: '42' });
    expect(member).toMatchObject({ errorClass: 'AggregateError', code: '42' });
  });

  it('takes the code of any other error, those of this library last', async () => {
    const lost = Object.assign(new Error('lost'), { code: 'ECONNRESET' });
    expect(
      await failures(
        new TargetSystemUnavailableError('files', lost),
        new TargetSystemUnavailableError('files', undefined),
        'a text',
        undefined,
      ),
    ).toMatchObject([
      { errorClass: 'TargetSystemUnavailableError', code: 'ECONNRESET' },
      { code: 'FLAMINGOCK_TARGET_SYSTEM_UNAVAILABLE' },
      { pid: 1 },
    ]);
  });

  it('comes to an end where errors go round in a circle', async () => {
    const error = new Error('no');
    error.cause = new Error('of it', { cause: error });
    expect(await failures(error)).toMatchObject([{ errorClass: 'Error' }]);
  });

  it('has no statement where that is turned off', async () => {
    statements = false;
    const [diagnosis] = await failures(new DriverError('no'));
    expect(diagnosis).toMatchObject({ code: '42' });
    expect(diagnosis).not.toHaveProperty('statement');
  });

  it('asks for the version of a server once, and only where something failed', async () => {
    const run = await openRun(new InMemoryAuditStore(database), runtime);
    await new NonTxExecutor(run, new InMemoryAuditStore(database)).execute(aChange());
    await run.lease.release();
    expect(target.versionsAsked).toBe(0);
    expect(await failures(new Error('a'), new Error('b'))).toMatchObject([
      { serverVersion: '7.2' },
      { serverVersion: '7.2' },
    ]);
    expect(target.versionsAsked).toBe(1);
  });

  it.each<[string, () => Promise<string | undefined>]>([
    ['rejects', () => Promise.reject(new Error('away'))],
    ['never answers', () => new Promise(() => undefined)],
    [
      'throws',
      () => {
        throw new Error('at once');
      },
    ],
  ])('is recorded without it where the server %s', async (_, version) => {
    target.version = version;
    const [diagnosis] = await failures(new DriverError('no'));
    expect(diagnosis).toMatchObject({ code: '42' });
    expect(diagnosis).not.toHaveProperty('serverVersion');
  });

  it('asks no server any more once the run has to end', async () => {
    signal = AbortSignal.abort();
    expect(await failures(new DriverError('no'))).toMatchObject([{ code: '42' }]);
    expect(target.versionsAsked).toBe(0);
  });

  it('is recorded where the target system throws instead of telling', async () => {
    target.told = () => {
      throw new Error('in diagnose');
    };
    expect(await failures(new DriverError('no'))).toMatchObject([{ errorClass: 'DriverError', code: '42' }]);
  });

  it('has how far the change said last that it had come', async () => {
    const run = await openRun(new InMemoryAuditStore(database), runtime);
    run.activity.begin({ stage: 'main', changeId: 'publish', position: 1, of: 1 });
    const execution = changeMethod(({ context }) => {
      context.progress(3, 10, 'row 3');
      throw new TypeError('no');
    });
    await new NonTxExecutor(run, new InMemoryAuditStore(database)).execute(aChange({ execution }));
    const failed = (await entries()).find(({ state }) => state === 'EXECUTION_FAILED');
    expect(failed && diagnosisOf(failed)).toMatchObject({ progress: { done: 3, total: 10, note: 'row 3' } });
  });

  it('of a rollback is about what the rollback threw', async () => {
    const run = await openRun(new InMemoryAuditStore(database), runtime);
    const diagnosis = new FailureDiagnosis({
      targets: [target],
      runtime,
      activity: run.activity,
      signal,
      statements,
    });
    const fails = (error: Error, name: string) => changeMethod(() => Promise.reject(error), name);
    const change = aChange({
      execution: fails(new TypeError('first'), 'execute'),
      rollback: fails(new DriverError('second'), 'rollback'),
    });
    await new NonTxExecutor({ ...run, diagnosis }, new InMemoryAuditStore(database)).execute(change);
    const last = (await entries()).at(-1);
    expect(last?.state).toBe('ROLLBACK_FAILED');
    expect(last && diagnosisOf(last)).toMatchObject({ code: '42' });
    expect(diagnosis.of('publish')).toMatchObject({ code: '42' });
  });
});
