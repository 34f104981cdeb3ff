import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { entryHash } from '../audit/audit-chain.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, LEASE_MS, openRun, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { LockTimeoutError } from '../lock/lock.errors.js';
import { AuditStoreUnavailableError } from '../audit/audit.errors.js';
import { auditFix, auditFixPlan, type AuditFixRequest } from './audit-fix.js';
import type { ConfirmedContext, OperationContext } from './operation-context.js';
import { createPipeline } from '../plan/pipeline.js';
import { ConfirmationStaleError, NoIssueError, UnknownChangeError } from './operation.errors.js';
import { execute } from './execute.js';
import { plan } from './plan.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let broken: boolean;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  broken = true;
});

const engine = (waitMs = 60_000) =>
  anEngine({
    store: new InMemoryAuditStore(database.connect(wire.carry)),
    runtime,
    changes: [
      aChange({
        execution: changeMethod(() => {
          if (broken) throw new TypeError('broke');
        }),
      }),
    ],
    settings: { lock: { leaseMs: LEASE_MS, waitMs, retryMs: 500 } },
  });
const signal = () => new AbortController().signal;
const run = () => passing(runtime, execute(engine(), signal()));
const fix = (
  fields: Partial<AuditFixRequest> = {},
  context: OperationContext & Pick<ConfirmedContext, 'confirm'> = {},
) => {
  const request = { changeId: 'publish', resolution: 'EXECUTED', ...fields } as const;
  return passing(runtime, auditFix(engine(), request, { ...context, signal: signal() }));
};
const planned = (fields: Partial<AuditFixRequest> = {}) =>
  passing(runtime, auditFixPlan(engine(), { changeId: 'publish', ...fields }));
const states = () => statesOf(new InMemoryAuditStore(database));
const lastEntry = async (): Promise<AuditEntry | undefined> =>
  (await new InMemoryAuditStore(database).readSnapshot(SERVICE))[0];
const FAILED = ['publish STARTED', 'publish EXECUTION_FAILED'];

describe('auditFix', () => {
  it('records that a change is executed, after which it is never run again', async () => {
    await failureOf(run());
    expect(await passing(runtime, auditFix(engine(), { changeId: 'publish' }, { signal: signal() }))).toEqual(
      {
        changeId: 'publish',
        state: 'MANUAL_MARKED_AS_EXECUTED',
        next: { action: 'SKIP', reason: 'marked as executed by an operator' },
      },
    );
    expect(await states()).toEqual([...FAILED, 'publish MANUAL_MARKED_AS_EXECUTED']);
    expect((await run()).changes[0]).toMatchObject({ result: 'skipped' });
  });

  it('does what its plan has shown, and nothing else once anything is recorded', async () => {
    await failureOf(run());
    const { digest, ...plan } = await planned();
    expect(plan).toMatchObject({
      state: 'MANUAL_MARKED_AS_EXECUTED',
      last: { seq: 2, state: 'EXECUTION_FAILED' },
    });
    expect(await planned()).toEqual({ ...plan, digest });
    const other = await failureOf(fix({ resolution: 'ROLLED_BACK' }, { confirm: digest }));
    expect(other).toBeInstanceOf(ConfirmationStaleError);
    expect(await states()).toEqual(FAILED);
    await fix({ resolution: 'ROLLED_BACK' });
    await failureOf(run());
    expect(await failureOf(fix({}, { confirm: digest }))).toMatchObject({
      confirmed: digest,
      digest: (await planned()).digest,
      message: expect.stringContaining('audit fix -c publish --resolution EXECUTED --dry-run') as string,
    });
    expect(await fix({}, { confirm: (await planned()).digest })).toMatchObject({ next: { action: 'SKIP' } });
    expect(await failureOf(planned())).toBeInstanceOf(NoIssueError);
  });

  it('records that nothing of it is there, after which it runs again', async () => {
    await failureOf(run());
    expect(await fix({ resolution: 'ROLLED_BACK' })).toMatchObject({
      state: 'MANUAL_MARKED_AS_ROLLED_BACK',
      next: { action: 'EXECUTE', reason: expect.stringContaining('operator') },
    });
    broken = false;
    expect((await run()).changes[0]).toMatchObject({ result: 'executed' });
  });

  it('records who found it out, and why, in the chain like every other entry', async () => {
    await failureOf(run());
    const before = await lastEntry();
    await fix({}, { actor: 'ann', reason: 'looked into the bucket' });
    const entry = await lastEntry();
    expect(entry).toMatchObject({
      operation: 'FIX',
      seq: 3,
      prevHash: before?.hash,
      metadata: { by: 'ann', reason: 'looked into the bucket' },
      methodName: null,
      error: null,
    });
    expect(entry && entryHash(entry)).toBe(entry?.hash);
  });

  it('records nothing about a change that needs nobody, and frees the lock', async () => {
    broken = false;
    expect(await failureOf(fix())).toBeInstanceOf(NoIssueError);
    await run();
    const error = await failureOf(fix());
    expect(error).toBeInstanceOf(NoIssueError);
    expect((error as Error).message).toMatch(/"publish" has no issue.*SKIP.*Nothing was recorded/);
    expect(await states()).toEqual(['publish STARTED', 'publish EXECUTED']);
    expect((await new InMemoryAuditStore(database).lock.read(SERVICE))?.expiresAt).toBe(0);
  });

  it('names ids that look like one that neither code nor history knows', async () => {
    const error = await failureOf(fix({ changeId: 'publsih' }));
    expect(error).toBeInstanceOf(UnknownChangeError);
    expect((error as Error).message).toContain('Did you mean "publish"?');
  });

  it('fixes a change that the code no longer has, and says that nothing runs it', async () => {
    await failureOf(run());
    const request = { changeId: 'publish', resolution: 'ROLLED_BACK', by: 'ann' } as const;
    const without = { ...engine(), pipeline: createPipeline(SERVICE, []) };
    expect(await passing(runtime, auditFix(without, request, { signal: signal() }))).toMatchObject({
      state: 'MANUAL_MARKED_AS_ROLLED_BACK',
      next: { action: 'SKIP', reason: expect.stringContaining('no longer has it') },
    });
    expect(await states()).toEqual([...FAILED, 'publish MANUAL_MARKED_AS_ROLLED_BACK']);
  });

  it('waits for a run that is going on', async () => {
    await failureOf(run());
    const other = await openRun(
      new InMemoryAuditStore(database),
      new ManualRuntime({ clock: runtime.clock, pid: 2 }),
    );
    const fixing = auditFix(engine(), { changeId: 'publish', resolution: 'EXECUTED' }, { signal: signal() });
    await runtime.advance(5_000);
    expect(await states()).toEqual(FAILED);
    await other.lease.release();
    expect(await passing(runtime, fixing)).toMatchObject({ state: 'MANUAL_MARKED_AS_EXECUTED' });
  });

  it('gives up where that run does not end', async () => {
    await openRun(new InMemoryAuditStore(database), new ManualRuntime({ clock: runtime.clock, pid: 2 }));
    const request = { changeId: 'publish', resolution: 'EXECUTED' } as const;
    const error = await failureOf(passing(runtime, auditFix(engine(1_000), request, { signal: signal() })));
    expect(error).toBeInstanceOf(LockTimeoutError);
    expect((error as Error).message).toContain('test-host (pid 2');
    const impatient = await failureOf(
      passing(runtime, auditFix(engine(), request, { waitMs: 200, signal: signal() })),
    );
    expect((impatient as LockTimeoutError).waitedMs).toBeLessThan(500);
  });

  it.each(['prepare', 'acquire', 'claimHead', 'append'])(
    'says that the audit store cannot be used where %s fails',
    async (statement) => {
      await failureOf(run());
      wire.lose(statement, 'request', 1_000);
      expect(await failureOf(fix())).toBeInstanceOf(AuditStoreUnavailableError);
      expect(await states()).toEqual(FAILED);
    },
  );

  it('has recorded a finding though the lock could not be released after it', async () => {
    await failureOf(run());
    wire.lose('release', 'request');
    expect(await fix()).toMatchObject({ state: 'MANUAL_MARKED_AS_EXECUTED' });
  });
});

describe('plan', () => {
  it('tells what the next run would do and why, without writing or locking', async () => {
    await failureOf(run());
    wire.answered.length = 0;
    expect(await plan(engine())).toMatchObject({
      service: SERVICE,
      changes: [
        {
          changeId: 'publish',
          stage: 'main',
          targetSystem: 'files',
          action: 'MANUAL_INTERVENTION',
          state: 'EXECUTION_FAILED',
          reason: expect.stringMatching(/failed/),
        },
      ],
    });
    expect(wire.answered).toEqual(['readSnapshot', 'readRecord', 'listRecords']);
  });

  it('has no state for a change that history does not know', async () => {
    const [item] = (await plan(engine())).changes;
    expect(item).toMatchObject({ action: 'EXECUTE' });
    expect(item).not.toHaveProperty('state');
  });

  it('says that the audit store cannot be used where it cannot be read', async () => {
    wire.lose('readSnapshot', 'request');
    expect(await failureOf(plan(engine()))).toBeInstanceOf(AuditStoreUnavailableError);
  });
});
