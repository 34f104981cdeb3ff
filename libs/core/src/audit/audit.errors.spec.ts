import {
  AuditStoreUnavailableError,
  AuditTamperedError,
  ChangeOutcomeUnknownError,
  ChangeUnrecordedError,
  NewerEntryError,
  NewerHistoryError,
  UnstorableTextError,
  type ChangeEffect,
} from './audit.errors.js';

const CAUSE = new TypeError('connection lost');

describe('ChangeUnrecordedError', () => {
  it.each<readonly [ChangeEffect, string]>([
    ['executed', 'DID execute'],
    ['failed', 'failed'],
    ['rolled-back', 'failed and was rolled back'],
    ['undone', 'WAS undone'],
    ['undo-failed', 'could not be undone'],
    ['undo-rolled-back', 'could not be undone and is still executed'],
  ])('says of a change that is %s: it %s', (effect, what) => {
    const error = new ChangeUnrecordedError('publish', effect, CAUSE);
    const { message } = error;
    expect(error).toMatchObject({ changeId: 'publish', effect, cause: CAUSE });
    expect(message).toMatch(
      `Change "publish" ${what}, but that could not be recorded: TypeError: connection lost. `,
    );
    expect(message).toMatch(
      /Bring the audit store back and start again: .* asks you where it cannot know\.$/,
    );
  });

  it('says what may be left where nothing took it back, and nothing of the kind otherwise', () => {
    const remark = (effect: ChangeEffect) =>
      /connection lost\. (.*)Bring/.exec(new ChangeUnrecordedError('publish', effect, CAUSE).message)?.[1];
    expect(remark('executed')).toBe('It was not rolled back. ');
    expect(remark('failed')).toBe('It was not rolled back. ');
    expect(remark('undo-failed')).toBe('Part of it may have been taken back. ');
    for (const effect of ['rolled-back', 'undone', 'undo-rolled-back'] as const)
      expect(remark(effect)).toBe('');
  });
});

describe('ChangeOutcomeUnknownError', () => {
  it('says what is not known, that nothing was done since, and who finds out', () => {
    const error = new ChangeOutcomeUnknownError('publish', CAUSE);
    expect(error.message).toMatch(
      /^Whether change "publish" was committed is not known: .*: TypeError: connection lost\. Nothing more was recorded or rolled back\. Start again once .* finds out by itself\.$/,
    );
    expect(error).toMatchObject({ changeId: 'publish', cause: CAUSE });
  });
});

describe('UnstorableTextError', () => {
  it('says why the database cannot keep a text, and what to do about it', () => {
    const error = new UnstorableTextError(CAUSE);
    expect(error.cause).toBe(CAUSE);
    expect(error.message).toMatch(
      /^The database of the audit store cannot keep a text of an entry: TypeError: connection lost\. Write author, stage, .* encoding has, or keep the history in a database whose encoding is UTF-8\.$/,
    );
  });
});

describe('an error about what a newer version has written', () => {
  const REMEDY = /Nothing was run.*Install the version that the other instances .*, then start again\.$/;

  it('names the entry and its word', () => {
    const error = new NewerEntryError('publish', 3, 'state "X"');
    expect(error).toMatchObject({ changeId: 'publish', seq: 3, value: 'state "X"' });
    expect(error.message).toMatch(
      /^Entry 3 of the audit history, the last one of change "publish", has state "X", .*a newer one wrote it\./,
    );
    expect(error.message).toMatch(REMEDY);
  });

  it('names the format of the history, and the last that this version knows', () => {
    const error = new NewerHistoryError('inventory', 3, 2);
    expect(error).toMatchObject({ service: 'inventory', format: 3, known: 2 });
    expect(error.message).toMatch(/"inventory" has format 3: .* knows formats up to 2\. .*nothing written\./);
    expect(error.message).toMatch(REMEDY);
  });
});

describe('AuditTamperedError', () => {
  it('says that nothing was run, and how to restore the history or to accept it', () => {
    expect(new AuditTamperedError('inventory', 'entry 1 was edited').message).toMatch(
      /altered: entry 1 was edited\. Nothing was run\. Compare .* with a backup .* again\. Where no backup .* accept it: npx .* audit reconcile$/,
    );
  });
});

describe('the codes of these errors', () => {
  it.each([
    ['FLAMINGOCK_AUDIT_STORE_UNAVAILABLE', new AuditStoreUnavailableError('inventory', CAUSE)],
    ['FLAMINGOCK_UNSTORABLE_TEXT', new UnstorableTextError(CAUSE)],
    ['FLAMINGOCK_NEWER_ENTRY', new NewerEntryError('publish', 3, 'state "X"')],
    ['FLAMINGOCK_NEWER_HISTORY', new NewerHistoryError('inventory', 3, 2)],
    ['FLAMINGOCK_CHANGE_UNRECORDED', new ChangeUnrecordedError('publish', 'executed', CAUSE)],
    ['FLAMINGOCK_CHANGE_OUTCOME_UNKNOWN', new ChangeOutcomeUnknownError('publish', CAUSE)],
    ['FLAMINGOCK_AUDIT_TAMPERED', new AuditTamperedError('inventory', 'x')],
  ])('stay what programs ask for: %s', (code, error) => {
    expect(error.code).toBe(code);
  });
});
