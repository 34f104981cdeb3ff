import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { readMetadata } from '../audit/entry-metadata.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { ChangeSource } from '../change/fingerprint.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import type { EngineSettings } from '../run/engine-settings.js';
import { UnapprovedChangesError } from '../run/run.errors.js';
import {
  approvalList,
  decideChange,
  emergencyList,
  reviewEmergency,
  type ApprovalRequest,
} from './approvals.js';
import { execute } from './execute.js';
import type { OperationContext } from './operation-context.js';
import { DecisionRefusedError, type InvalidRequestError } from './operation.errors.js';
import { plan } from './plan.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let ran: string[];
let code: string;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  ran = [];
  code = '() => publish(files)';
});

const change = (id: string, fields: Partial<ChangeDescriptor> = {}): ChangeDescriptor =>
  aChange({
    id,
    order: id,
    author: 'ann',
    source: new ChangeSource(() => [code]),
    execution: changeMethod(() => ran.push(id)),
    ...fields,
  });

const engine = (approvals: Partial<EngineSettings['approvals']> = {}) =>
  anEngine({
    store: new InMemoryAuditStore(database),
    runtime,
    changes: [
      change('a', { stage: 'schema' }),
      change('b', { stage: 'schema', approval: { count: 1 } }),
      change('c', { stage: 'schema' }),
      change('d', { stage: 'feed' }),
    ],
    stages: ['schema', 'feed'],
    settings: {
      approvals: {
        require: [],
        directory: undefined,
        onUnapproved: 'fail',
        emergency: undefined,
        ...approvals,
      },
    },
  });
const signal = () => new AbortController().signal;
const run = (approvals: Partial<EngineSettings['approvals']> = {}, on = engine(approvals)) =>
  passing(runtime, execute(on, signal()));
const by = (name: string): OperationContext => ({ actor: name, reason: 'read it' });
const say = (
  kind: ApprovalRequest['kind'],
  name: string,
  fields: Partial<ApprovalRequest> = {},
  on = engine(),
) => passing(runtime, decideChange(on, { kind, changeId: 'b', ...fields }, by(name)));
const entriesOf = async (id: string) => {
  const entries = await new InMemoryAuditStore(database).readSnapshot(SERVICE);
  return entries.find(({ changeId }) => changeId === id);
};

describe('a change that people have to approve', () => {
  it('keeps everything from running, and says who has to do what', async () => {
    const error = await failureOf(run());
    expect(error).toBeInstanceOf(UnapprovedChangesError);
    expect((error as Error).message).toMatch(
      /"b": 1 of 1 approval is missing: `.*approve -c b --digest [0-9a-f]{32} --reason "…"`/,
    );
    expect(ran).toEqual([]);
  });

  it('runs once others have approved it, and its entries say so', async () => {
    const { seq, hash } = await say('approve', 'bob');
    expect((await run()).status).toBe('applied');
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
    const entry = await entriesOf('b');
    expect(entry && readMetadata(entry).approvals).toBe(`${seq}:${hash}`);
    expect(Object.keys(readMetadata((await entriesOf('a')) ?? { metadata: {} }))).not.toContain('approvals');
  });

  it('is planned to wait, with who is missing', async () => {
    const planned = (await passing(runtime, plan(engine()))).changes.find(({ changeId }) => changeId === 'b');
    expect(planned).toMatchObject({ action: 'WAIT', reason: '1 of 1 approval is missing' });
  });

  it('is not approved any more once its code is edited', async () => {
    await say('approve', 'bob');
    code = '() => publish(others)';
    expect(await failureOf(run())).toBeInstanceOf(UnapprovedChangesError);
    await say('approve', 'bob');
    expect((await run()).status).toBe('applied');
  });

  it('is not approved by a decision of another service', async () => {
    await say('approve', 'bob');
    const records = new InMemoryAuditStore(database).records;
    const key = { service: SERVICE, kind: 'decision', key: '000000000001' };
    const { value = '' } = (await records.read(key)) ?? {};
    await records.write({ ...key, value: value.replace(`"${SERVICE}"`, '"another"') }, { ifVersion: 1 });
    const error = await failureOf(run());
    expect(error).toMatchObject({ code: 'FLAMINGOCK_LEDGER_TAMPERED' });
    expect(ran).toEqual([]);
  });

  it('is left out with what follows it in its stage, where the settings say so', async () => {
    const report = await run({ onUnapproved: 'skip' });
    expect(report.status).toBe('incomplete');
    expect(ran).toEqual(['a', 'd']);
    expect(report.changes.map(({ changeId, result }) => `${changeId} ${result}`)).toEqual([
      'a executed',
      'b waiting',
      'c not-reached',
      'd executed',
    ]);
    ran = [];
    expect((await run({ onUnapproved: 'skip' })).status).toBe('incomplete');
    expect(ran).toEqual([]);
    await say('approve', 'bob');
    expect((await run({ onUnapproved: 'skip' })).status).toBe('applied');
    expect(ran).toEqual(['b', 'c']);
  });

  it('is waited for, without the lock, where the settings say so', async () => {
    const on = engine({ onUnapproved: 'wait' });
    const waiting = run({}, on);
    await passing(runtime, say('approve', 'bob'));
    expect((await waiting).status).toBe('applied');
    expect(on.events.names.filter((name) => name === 'run.awaiting')).toHaveLength(1);
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is waited for no longer than for the lock', async () => {
    const error = await failureOf(run({ onUnapproved: 'wait' }));
    expect(error).toBeInstanceOf(UnapprovedChangesError);
    expect((error as UnapprovedChangesError).waitedMs).toBeGreaterThanOrEqual(60_000);
    expect(ran).toEqual([]);
  });

  it('runs all the same in an emergency, and stays open until somebody has reviewed it', async () => {
    const report = await run({ emergency: 'shop is down' });
    expect(report.status).toBe('applied');
    expect(report.warnings).toEqual([
      expect.stringMatching(/"b" runs without approval: shop is down; .*review -c b/),
    ]);
    const entry = await entriesOf('b');
    expect(entry && readMetadata(entry)).toMatchObject({ emergency: 'shop is down' });
    expect(await emergencyList(engine())).toMatchObject([{ changeId: 'b', emergency: 'shop is down' }]);
    await passing(runtime, reviewEmergency(engine(), 'b', by('bob')));
    expect(await emergencyList(engine())).toEqual([]);
    expect(await failureOf(passing(runtime, reviewEmergency(engine(), 'b', by('bob'))))).toBeInstanceOf(
      DecisionRefusedError,
    );
  });

  it('is no emergency where it is approved', async () => {
    await say('approve', 'bob');
    expect((await run({ emergency: 'shop is down' })).warnings).toEqual([]);
    expect(await emergencyList(engine())).toEqual([]);
  });

  it('needs nobody once it is applied', async () => {
    await say('approve', 'bob');
    await run();
    await say('withdraw', 'bob').catch(() => undefined);
    ran = [];
    expect((await run()).status).toBe('up-to-date');
    expect(await approvalList(engine())).toEqual([]);
  });
});

describe('rules of the module', () => {
  const groups: Readonly<Record<string, readonly string[]>> = { bob: ['frontend'], cleo: ['dba'] };
  const directory = { groupsOf: (name: string) => Promise.resolve(groups[name] ?? []) };

  it('say which changes need approval, of whom', async () => {
    const require = [{ target: 'files', count: 2, groups: ['dba', 'frontend'] }];
    const on = () => engine({ require, directory });
    expect((await approvalList(on())).map(({ changeId, need }) => [changeId, need.count])).toEqual([
      ['a', 2],
      ['b', 2],
      ['c', 2],
      ['d', 2],
    ]);
    for (const changeId of ['a', 'b', 'c', 'd'])
      for (const name of ['bob', 'cleo', 'dan']) await say('approve', name, { changeId }, on());
    expect((await approvalList(on()))[0]).toMatchObject({
      isApproved: true,
      approvedBy: [{ by: 'bob' }, { by: 'cleo' }],
    });
    expect((await run({ require, directory })).status).toBe('applied');
  });

  it('can ask the change itself, and name a stage', async () => {
    const require = [
      { stage: 'feed', count: 1, matches: ({ author }: { author: string }) => author === 'ann' },
    ];
    expect((await approvalList(engine({ require }))).map(({ changeId }) => changeId)).toEqual(['b', 'd']);
    const other = [{ stage: 'feed', count: 1, matches: () => false }];
    expect((await approvalList(engine({ require: other }))).map(({ changeId }) => changeId)).toEqual(['b']);
  });
});

describe('what somebody says about a change that is to run', () => {
  it.each([
    ['of its author', 'approve', { actor: 'Ann', reason: 'mine' }, {}, /is its author/],
    [
      'of an agent',
      'approve',
      { actor: { kind: 'agent', name: 'bot' }, reason: 'fine' },
      {},
      /only a human may/,
    ],
    [
      'about other code',
      'approve',
      { actor: 'bob', reason: 'fine' },
      { digest: 'f00' },
      /has the digest [0-9a-f]{32}, not f00/,
    ],
  ] as const)('is refused %s', async (_, kind, context, fields, why) => {
    const error = await failureOf(
      passing(runtime, decideChange(engine(), { kind, changeId: 'b', ...fields }, context)),
    );
    expect(error).toBeInstanceOf(DecisionRefusedError);
    expect((error as Error).message).toMatch(why);
    expect(await approvalList(engine())).toMatchObject([{ approvedBy: [] }]);
  });

  it('is refused without a name and a reason', async () => {
    const error = await failureOf(
      passing(runtime, decideChange(engine(), { kind: 'approve', changeId: 'b' }, {})),
    );
    expect((error as InvalidRequestError).faults.map(({ field }) => field)).toEqual(['reason', 'actor']);
  });

  it('is refused where there is nothing to run', async () => {
    await say('approve', 'bob');
    await run();
    const error = await failureOf(say('approve', 'cleo'));
    expect((error as Error).message).toMatch(/it is not pending here/);
  });

  it('counts once where two say it at once', async () => {
    await Promise.all([say('approve', 'bob'), say('approve', 'cleo')]);
    expect((await approvalList(engine()))[0]?.approvedBy.map(({ by: who }) => who).sort()).toEqual([
      'bob',
      'cleo',
    ]);
  });
});
