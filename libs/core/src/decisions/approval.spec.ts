import { aChange, changeMethod } from '../fixtures/changes.js';
import { ChangeSource } from '../change/fingerprint.js';
import type { ApprovalNeed } from '../change/change-metadata.js';
import { aboutCode, approvalDigest, standingOf, whyUnapproved } from './approval.js';
import type { DecisionRecord } from './decision-record.js';

const source = (text: string) => new ChangeSource(() => [text]);
const CODE = '() => { return publish(files); }';
const change = aChange({ author: 'ann', source: source(CODE), execution: changeMethod(() => undefined) });
const DIGEST = approvalDigest(change) ?? '';
const NOW = Date.UTC(2026, 0, 2);
const DAY = 86_400_000;

let seq = 0;
function word(kind: DecisionRecord['kind'], actorName: string, fields: Partial<DecisionRecord> = {}) {
  seq++;
  return {
    service: 'shop',
    seq,
    kind,
    changeId: change.id,
    about: aboutCode(DIGEST),
    actorKind: 'human',
    actorName,
    via: null,
    reason: 'looked',
    details: {},
    createdAt: '2026-01-01T12:00:00.000Z',
    prevHash: '',
    hash: `hash ${seq}`,
    ...fields,
  } satisfies DecisionRecord;
}

const standing = (
  need: ApprovalNeed,
  decisions: readonly DecisionRecord[],
  groups: Readonly<Record<string, readonly string[]>> = {},
) => standingOf(change, DIGEST, need, decisions, { now: NOW, groups: new Map(Object.entries(groups)) });

describe('the approval of a change', () => {
  it('needs as many people as it is said', () => {
    expect(standing({ count: 2 }, [word('approve', 'bob')])).toMatchObject({ missing: 1, isApproved: false });
    const both = standing({ count: 2 }, [word('approve', 'bob'), word('approve', 'cleo')]);
    expect(both).toMatchObject({ missing: 0, isApproved: true, approvedBy: [{ by: 'bob' }, { by: 'cleo' }] });
  });

  it.each([
    ['the author, however it is written', [word('approve', ' Ann ')]],
    ['an agent', [word('approve', 'bot', { actorKind: 'agent' })]],
    ['a pipeline', [word('approve', 'deploy', { actorKind: 'ci' })]],
    ['nobody', []],
    ['one who has taken it back', [word('approve', 'bob'), word('withdraw', 'bob')]],
    ['one who has approved other code', [word('approve', 'bob', { about: aboutCode('0'.repeat(32)) })]],
    ['one whose approval has expired', [word('approve', 'bob', { createdAt: '2025-12-01T00:00:00.000Z' })]],
  ])('does not count that of %s', (_, decisions) => {
    expect(standing({ count: 1, validMs: DAY }, decisions)).toMatchObject({ missing: 1, isApproved: false });
  });

  it('counts each person once', () => {
    const twice = [word('approve', 'bob'), word('approve', 'BOB')];
    expect(standing({ count: 2 }, twice)).toMatchObject({ missing: 1, isApproved: false });
  });

  it('counts only members of the groups that are named', () => {
    const decisions = [word('approve', 'bob'), word('approve', 'cleo')];
    const need = { count: 1, groups: ['dba', 'security'] };
    expect(standing(need, decisions, { bob: ['frontend'] })).toMatchObject({ isApproved: false });
    expect(standing(need, decisions, { cleo: ['frontend', 'dba'] })).toMatchObject({
      isApproved: true,
      approvedBy: [{ by: 'cleo' }],
    });
  });

  it('is outweighed by a rejection, until that is taken back', () => {
    const decisions = [word('approve', 'bob'), word('reject', 'cleo')];
    expect(standing({ count: 1 }, decisions)).toMatchObject({
      isApproved: false,
      rejectedBy: [{ by: 'cleo' }],
    });
    expect(standing({ count: 1 }, [...decisions, word('withdraw', 'cleo')])).toMatchObject({
      isApproved: true,
    });
  });

  it('says what is missing', () => {
    expect(whyUnapproved(standing({ count: 2 }, [word('approve', 'bob')]))).toBe(
      '1 of 2 approvals is missing',
    );
    expect(whyUnapproved(standing({ count: 1, groups: ['dba'] }, []))).toBe(
      '1 of 1 approval of dba is missing',
    );
    expect(whyUnapproved(standing({ count: 1 }, [word('reject', 'cleo')]))).toBe('it was rejected by cleo');
  });
});

describe('what an approval is bound to', () => {
  it.each([
    ['its code', { source: source('() => { return publish(others); }') }],
    ['its order', { order: '0009' }],
    ['its stage', { stage: 'other' }],
    ['its author', { author: 'bob' }],
    ['its transaction', { transactional: !change.transactional }],
  ])('differs with %s', (_, fields) => {
    expect(approvalDigest({ ...change, ...fields })).not.toBe(DIGEST);
  });

  it('is the same for the same code in another spelling', () => {
    expect(approvalDigest({ ...change, source: source('()=>{return publish( files )}') })).toBe(DIGEST);
  });

  it('cannot be told of a change whose code cannot', () => {
    expect(approvalDigest({ ...change, source: undefined })).toBeUndefined();
  });
});
