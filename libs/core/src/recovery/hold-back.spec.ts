import { auditEntry, InMemoryTargetSystem } from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import { momentOf } from '../audit/store-time.js';
import { ChangeSource } from '../change/fingerprint.js';
import { aChange } from '../fixtures/changes.js';
import { triedOf } from './back-off.js';
import { afterFailure, circuitState, circuitText, readCircuit, type Circuit } from './circuit.js';
import { heldBack, type HoldFacts, type Holdable } from './hold-back.js';
import { decideFor } from './recovery-decision.js';

const NOW = 1_700_000_000_000;
const RETRY = 'ALWAYS_RETRY';
const entryOf = (fields: Partial<AuditEntry>) =>
  auditEntry({
    txStrategy: 'NON_TX',
    recoveryStrategy: RETRY,
    state: 'EXECUTION_FAILED',
    metadata: { tries: '2', backOffMs: '5000' },
    createdAt: momentOf(NOW - 4_000),
    ...fields,
  });
const plan = (
  entry: AuditEntry | undefined,
  change: Partial<Holdable['change']> = {},
  facts: Partial<HoldFacts> = {},
) => {
  const one = aChange({ recovery: RETRY, ...change });
  const decision = entry ? decideFor(one, entry) : { action: 'EXECUTE' as const, reason: 'never executed' };
  return heldBack({ change: one, entry, ...decision }, { now: NOW, circuits: new Map(), ...facts });
};
const OPEN: Circuit = {
  targetSystem: 'files',
  failures: 5,
  opened: 1,
  since: NOW - 10,
  until: NOW + 60_000,
  error: 'away',
};
const circuits = (circuit = OPEN) => new Map([[circuit.targetSystem, circuit]]);

describe('heldBack', () => {
  it.each(['STARTED', 'EXECUTION_FAILED', 'ROLLBACK_FAILED'] as const)(
    'has a change left %s wait for its pause',
    (state) => {
      const held = plan(entryOf({ state }));
      expect(held).toMatchObject({ action: 'WAIT', notBefore: NOW + 1_000 });
      expect(held.reason).toMatch(/; its author allows a retry; it was tried 2 times$/);
      expect(plan(entryOf({ state }), {}, { now: NOW + 1_000 }).action).toBe('EXECUTE');
    },
  );

  it.each([
    ['is applied', { state: 'EXECUTED' }, 'SKIP'],
    [
      'an operator has marked as rolled back',
      { state: 'MANUAL_MARKED_AS_ROLLED_BACK', operation: 'FIX', metadata: {} },
      'EXECUTE',
    ],
    ['was rolled back', { state: 'ROLLED_BACK' }, 'EXECUTE'],
    ['was undone', { state: 'ROLLED_BACK', operation: 'UNDO' }, 'EXECUTE'],
    [
      'was recorded with another strategy',
      { recoveryStrategy: 'MANUAL_INTERVENTION' },
      'MANUAL_INTERVENTION',
    ],
    ['was recorded by a version that counts nothing', { metadata: {} }, 'EXECUTE'],
  ] as const)('does not hold back one that %s', (_what, fields, action) => {
    expect(plan(entryOf(fields)).action).toBe(action);
  });

  it('has one that was rolled back wait where its author asks for it, in any transaction strategy', () => {
    const asked = { recoveryRetry: {} };
    for (const txStrategy of ['NON_TX', 'TX_SHARED', 'TX_SEPARATE'] as const)
      expect(plan(entryOf({ state: 'ROLLED_BACK', txStrategy }), asked).action).toBe('WAIT');
  });

  it('does not put off the reading of a marker, unless the target system is left alone', () => {
    const target = new InMemoryTargetSystem('files');
    const asked = { recoveryRetry: {}, target };
    const started = entryOf({ state: 'STARTED', txStrategy: 'TX_SEPARATE' });
    expect(plan(started, asked).action).toBe('RECONCILE');
    expect(plan(started, asked, { circuits: circuits() }).action).toBe('WAIT');
  });

  it('leaves one that was tried as often as its author wants to a person', () => {
    const held = plan(entryOf({}), { recoveryRetry: { attempts: 2 } }, { now: Infinity });
    expect(held).toMatchObject({ action: 'MANUAL_INTERVENTION' });
    expect(held.reason).toMatch(/^it was tried 2 times: it failed and was not rolled back/);
    expect(plan(entryOf({}), { recoveryRetry: { attempts: 3 } }, { now: Infinity }).action).toBe('EXECUTE');
  });

  it('has edited code wait for nothing', () => {
    const source = new ChangeSource(() => ['execute() { other(); }']);
    const fingerprint = `1:${'0'.repeat(32)}:${'1'.repeat(32)}`;
    const entry = entryOf({ metadata: { tries: '2', backOffMs: '5000', fingerprint } });
    expect(plan(entry, { source, recoveryRetry: { attempts: 1 } }).action).toBe('EXECUTE');
    expect(triedOf(aChange({ recovery: RETRY }), entry)).toMatchObject({ times: 2 });
  });

  it('waits for the later of pause and circuit, with the reason of that one', () => {
    const held = plan(entryOf({}), {}, { circuits: circuits() });
    expect(held).toMatchObject({ action: 'WAIT', notBefore: OPEN.until });
    expect(held.reason).toContain('is open: it has failed 5 times since');
    const sooner = circuits({ ...OPEN, until: NOW + 1 });
    expect(plan(entryOf({}), {}, { circuits: sooner })).toMatchObject({ notBefore: NOW + 1_000 });
  });

  it('holds what was never executed back by the circuit of its own target system alone', () => {
    expect(plan(undefined, {}, { circuits: circuits() }).action).toBe('WAIT');
    expect(plan(undefined, {}, { circuits: circuits({ ...OPEN, targetSystem: 'other' }) }).action).toBe(
      'EXECUTE',
    );
    expect(plan(undefined, {}, { circuits: circuits(), now: OPEN.until }).action).toBe('EXECUTE');
    expect(plan(undefined, {}, { circuits: circuits({ ...OPEN, opened: 0, until: 0 }) }).action).toBe(
      'EXECUTE',
    );
  });
});

describe('a circuit', () => {
  const settings = { failures: 2, initialMs: 1_000, maxMs: 3_000 };
  const failure = { targetSystem: 'api', error: 'away', attempts: 1, at: NOW };
  const random = (chance: number) => ({ random: () => chance });

  it('opens with the last failure that its settings allow, and for longer each time', () => {
    const first = afterFailure(undefined, failure, settings, random(0));
    expect([first.failures, circuitState(first, NOW)]).toEqual([1, 'closed']);
    const second = afterFailure(first, failure, settings, random(0));
    expect(second).toMatchObject({ failures: 2, opened: 1, since: NOW, until: NOW + 750 });
    expect([circuitState(second, NOW), circuitState(second, NOW + 750)]).toEqual(['open', 'half-open']);
    const third = afterFailure(second, failure, settings, random(0.999));
    expect(third).toMatchObject({ opened: 2, until: NOW + 2_000 });
    const fourth = afterFailure(third, failure, settings, random(0.999));
    expect(fourth.until).toBe(NOW + 2_999);
  });

  it('is kept as a text', () => {
    const circuit = afterFailure(undefined, failure, settings, random(0));
    expect(readCircuit('api', circuitText(circuit))).toEqual(circuit);
  });
});
