import { PARTIAL_EFFECT } from '../audit/entry-metadata.js';
import type { AuditState } from '../audit/audit-state.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import { decide, type Action, type LastEntry, type MarkerEvidence } from './recovery-decision.js';
import type { RecoveryStrategy } from '../audit/recovery-strategy.js';

const COLUMNS: readonly (readonly [string, TxStrategy, RecoveryStrategy])[] = [
  ['NON_TX, manual', 'NON_TX', 'MANUAL_INTERVENTION'],
  ['NON_TX, retry', 'NON_TX', 'ALWAYS_RETRY'],
  ['TX_SHARED', 'TX_SHARED', 'MANUAL_INTERVENTION'],
  ['TX_SEPARATE', 'TX_SEPARATE', 'MANUAL_INTERVENTION'],
];

// prettier-ignore
const TABLE: readonly (readonly [AuditState | 'none', Action, Action, Action, Action])[] = [
  // last state                     NON_TX, manual         NON_TX, retry  TX_SHARED              TX_SEPARATE
  ['none',                         'EXECUTE',             'EXECUTE',     'EXECUTE',             'EXECUTE'],
  ['STARTED',                      'MANUAL_INTERVENTION', 'EXECUTE',     'MANUAL_INTERVENTION', 'RECONCILE'],
  ['EXECUTED',                     'SKIP',                'SKIP',        'SKIP',                'SKIP'],
  ['MANUAL_MARKED_AS_EXECUTED',    'SKIP',                'SKIP',        'SKIP',                'SKIP'],
  ['EXECUTION_FAILED',             'MANUAL_INTERVENTION', 'EXECUTE',     'MANUAL_INTERVENTION', 'RECONCILE'],
  ['ROLLED_BACK',                  'EXECUTE',             'EXECUTE',     'EXECUTE',             'EXECUTE'],
  ['MANUAL_MARKED_AS_ROLLED_BACK', 'EXECUTE',             'EXECUTE',     'EXECUTE',             'EXECUTE'],
  ['ROLLBACK_FAILED',              'MANUAL_INTERVENTION', 'EXECUTE',     'MANUAL_INTERVENTION', 'MANUAL_INTERVENTION'],
];

const CASES = TABLE.flatMap(([state, ...actions]) =>
  COLUMNS.map(([column, txStrategy, recoveryStrategy], index) => {
    const entry =
      state === 'none' ? undefined : { state, operation: 'EXECUTE' as const, txStrategy, recoveryStrategy };
    return { state, column, entry, recoveryStrategy, action: actions[index]! };
  }),
);

const entry = (fields: Partial<LastEntry> = {}): LastEntry => ({
  state: 'STARTED',
  operation: 'EXECUTE',
  txStrategy: 'NON_TX',
  recoveryStrategy: 'ALWAYS_RETRY',
  ...fields,
});

describe('decide', () => {
  it.each(CASES)('$state, $column: $action', ({ entry, recoveryStrategy, action }) => {
    expect(decide(entry, recoveryStrategy).action).toBe(action);
  });

  it.each(CASES)('gives a reason for $state, $column', ({ entry, recoveryStrategy }) => {
    expect(decide(entry, recoveryStrategy).reason).toMatch(/\w+ \w+/);
  });

  it.each(['STARTED', 'EXECUTION_FAILED', 'ROLLBACK_FAILED'] as const)(
    'retries a change left %s only if the entry and the code of today both allow it',
    (state) => {
      const action = (recorded: RecoveryStrategy, today: RecoveryStrategy): Action =>
        decide(entry({ state, recoveryStrategy: recorded }), today).action;
      expect(action('ALWAYS_RETRY', 'ALWAYS_RETRY')).toBe('EXECUTE');
      expect(action('MANUAL_INTERVENTION', 'ALWAYS_RETRY')).toBe('MANUAL_INTERVENTION');
      expect(action('ALWAYS_RETRY', 'MANUAL_INTERVENTION')).toBe('MANUAL_INTERVENTION');
      expect(action('MANUAL_INTERVENTION', 'MANUAL_INTERVENTION')).toBe('MANUAL_INTERVENTION');
    },
  );

  it.each(TABLE)('does not let a retry change what transactions decide for %s', (state) => {
    if (state === 'none') return;
    for (const txStrategy of ['TX_SHARED', 'TX_SEPARATE'] as const) {
      const careful = entry({ state, txStrategy, recoveryStrategy: 'MANUAL_INTERVENTION' });
      const retried = decide({ ...careful, recoveryStrategy: 'ALWAYS_RETRY' }, 'ALWAYS_RETRY');
      expect(retried).toEqual(decide(careful, 'MANUAL_INTERVENTION'));
    }
  });
});

describe('decide, with a marker', () => {
  it.each<[AuditState, MarkerEvidence, Action]>([
    ['STARTED', 'unread', 'RECONCILE'],
    ['STARTED', 'present', 'SKIP'],
    ['STARTED', 'partial', 'MANUAL_INTERVENTION'],
    ['STARTED', 'absent', 'EXECUTE'],
    ['EXECUTION_FAILED', 'unread', 'RECONCILE'],
    ['EXECUTION_FAILED', 'present', 'SKIP'],
    ['EXECUTION_FAILED', 'partial', 'MANUAL_INTERVENTION'],
    ['EXECUTION_FAILED', 'absent', 'EXECUTE'],
  ])('%s, marker %s: %s', (state, marker, action) => {
    expect(decide(entry({ state, txStrategy: 'TX_SEPARATE' }), 'MANUAL_INTERVENTION', marker).action).toBe(
      action,
    );
  });

  it.each([
    ['EXECUTE', 'present', /its marker .* committed/],
    ['EXECUTE', 'partial', /only part of it took effect/],
    ['EXECUTE', 'absent', /no marker .* did not commit/],
    ['UNDO', 'present', /its undo's marker .* was undone/],
    ['UNDO', 'partial', /took back only part of it/],
    ['UNDO', 'absent', /no marker of its undo .* still executed/],
  ] as const)('says of an interrupted %s, marker %s, what that proves', (operation, marker, reason) => {
    const open = entry({ operation, txStrategy: 'TX_SEPARATE' });
    expect(decide(open, 'MANUAL_INTERVENTION', marker).reason).toMatch(reason);
  });

  it('lets no marker decide what does not need one', () => {
    for (const { entry, recoveryStrategy, action } of CASES.filter((one) => one.action !== 'RECONCILE')) {
      for (const marker of ['present', 'partial', 'absent'] as const) {
        expect(decide(entry, recoveryStrategy, marker).action).toBe(action);
      }
    }
  });
});

describe('decide, after an entry that says that part took effect', () => {
  it.each([['EXECUTE'], ['RECONCILE']] as const)('needs a manual check without a marker: %s', (operation) => {
    const failed = entry({ state: 'EXECUTION_FAILED', operation, txStrategy: 'TX_SEPARATE' });
    for (const marker of ['unread', 'present', 'absent'] as const) {
      const { action } = decide({ ...failed, metadata: PARTIAL_EFFECT }, 'ALWAYS_RETRY', marker);
      expect(action).toBe('MANUAL_INTERVENTION');
    }
  });

  it('lets what an operator records afterwards stand', () => {
    const fixed = { operation: 'FIX', txStrategy: 'TX_SEPARATE', metadata: PARTIAL_EFFECT } as const;
    const after = (state: AuditState) => decide(entry({ ...fixed, state }), 'MANUAL_INTERVENTION').action;
    expect(after('MANUAL_MARKED_AS_EXECUTED')).toBe('SKIP');
    expect(after('MANUAL_MARKED_AS_ROLLED_BACK')).toBe('EXECUTE');
  });
});

describe('decide, after an entry of an undo', () => {
  // prettier-ignore
  it.each<readonly [AuditState, Action, Action, Action, Action]>([
    // last state         NON_TX, manual         NON_TX, retry          TX_SHARED              TX_SEPARATE
    ['STARTED',          'MANUAL_INTERVENTION', 'MANUAL_INTERVENTION', 'MANUAL_INTERVENTION', 'RECONCILE'],
    ['EXECUTED',         'SKIP',                'SKIP',                'SKIP',                'SKIP'],
    ['ROLLED_BACK',      'EXECUTE',             'EXECUTE',             'EXECUTE',             'EXECUTE'],
    ['ROLLBACK_FAILED',  'MANUAL_INTERVENTION', 'MANUAL_INTERVENTION', 'MANUAL_INTERVENTION', 'MANUAL_INTERVENTION'],
    ['EXECUTION_FAILED', 'MANUAL_INTERVENTION', 'MANUAL_INTERVENTION', 'MANUAL_INTERVENTION', 'MANUAL_INTERVENTION'],
  ])('%s', (state, ...actions) => {
    const decisions = COLUMNS.map(([, txStrategy, strategy]) =>
      decide({ state, operation: 'UNDO', txStrategy, recoveryStrategy: strategy }, strategy),
    );
    expect(decisions.map(({ action }) => action)).toEqual(actions);
    for (const { reason } of decisions) expect(reason).toMatch(/undo|undone/);
  });

  it('lets the marker of the undo say whether the change is still executed', () => {
    const open = entry({ operation: 'UNDO', txStrategy: 'TX_SEPARATE' });
    expect(decide(open, 'MANUAL_INTERVENTION', 'present').action).toBe('EXECUTE');
    expect(decide(open, 'MANUAL_INTERVENTION', 'absent').action).toBe('SKIP');
    expect(decide(open, 'MANUAL_INTERVENTION', 'partial').action).toBe('MANUAL_INTERVENTION');
  });
});
