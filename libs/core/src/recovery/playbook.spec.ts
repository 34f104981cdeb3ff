import type { AuditEntry } from '../audit/audit-entry.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { outlookOf, playbookFor, type Playbook, type PlaybookAction } from './playbook.js';

const playbook = (then: PlaybookAction): Playbook => ({
  name: 'p',
  when: { target: 'files' },
  then,
  atMost: 1,
  reason: 'r',
});
const entry = (fields: Partial<AuditEntry> = {}): AuditEntry =>
  ({
    changeId: 'publish',
    targetSystem: 'files',
    state: 'EXECUTION_FAILED',
    operation: 'EXECUTE',
    txStrategy: 'NON_TX',
    metadata: {},
    ...fields,
  }) as AuditEntry;
const change = aChange({ rollback: changeMethod(() => undefined, 'rollback') });
const refusal = (then: PlaybookAction, fields: Partial<AuditEntry>, of = change): string | undefined =>
  outlookOf(playbook(then), of, entry(fields), []).refusal;

describe('what a playbook may not do', () => {
  const part = { metadata: { effect: 'part' }, txStrategy: 'TX_SEPARATE' } as const;

  it.each<PlaybookAction>(['mark-executed', 'mark-rolled-back'])(
    'is to have %s what the target system proves to be there in part',
    (then) => {
      expect(refusal(then, part)).toContain('the target system proves that part of the change is there');
    },
  );

  it('is to say the contrary of a verdict', () => {
    expect(refusal('mark-executed', { metadata: { verdict: 'not-applied' } })).toContain('"not-applied"');
    expect(refusal('mark-rolled-back', { metadata: { verdict: 'applied' } })).toContain('"applied"');
    expect(refusal('mark-executed', { metadata: { verdict: 'unknown' } })).toBeUndefined();
  });

  it('is to undo what a database takes back alone, or nothing can take back', () => {
    expect(refusal('undo', { txStrategy: 'TX_SHARED' })).toContain('by its database alone');
    expect(refusal('undo', {}, aChange())).toBe('the change has no rollback method');
    expect(refusal('undo', {})).toBeUndefined();
  });

  it('is not to execute it again, which its author answers for', () => {
    expect(refusal('retry', part)).toBeUndefined();
  });
});

describe('no playbook is for', () => {
  const found = (fields: Partial<AuditEntry>) => playbookFor([playbook('retry')], change, entry(fields));

  it.each<[string, Partial<AuditEntry>]>([
    ['an undo that a person has begun', { operation: 'UNDO', state: 'ROLLBACK_FAILED' }],
    ['what was done on another target system', { targetSystem: 'db' }],
    ['what was done under another id', { changeId: 'other' }],
  ])('%s', (_, fields) => {
    expect(found({})).toBeDefined();
    expect(found(fields)).toBeUndefined();
  });
});
