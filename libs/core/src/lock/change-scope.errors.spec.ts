import { ChangeEndedError, UnawaitedFailureError, UnawaitedStatementsError } from './change-scope.errors.js';

describe('ChangeEndedError', () => {
  it('says what uses the objects of a change that has ended, and how to keep it from that', () => {
    expect(new ChangeEndedError('publish').message).toMatch(
      /^Change "publish" has ended, .* uses what it was given\. Await every promise inside the change\.$/,
    );
  });
});

describe('UnawaitedStatementsError', () => {
  const said = (statements: readonly string[], method?: string): string =>
    new UnawaitedStatementsError('publish', method, statements).message;

  it('counts the statements, names method and texts, and says what to do', () => {
    expect(said(['insert a', 'insert b'], 'execute')).toBe(
      'Change "publish": execute() returned while 2 statements were running: await them, with Promise.all where ' +
        'they are many.\n  insert a\n  insert b',
    );
  });

  it('says so where method or text are not known', () => {
    expect(said([''])).toMatch(/its method returned while 1 statement was running: .* many\.$/);
  });

  it('names five statements, and how many more there are', () => {
    const five = ['a', 'b', 'c', 'd', 'e'];
    expect(said(five).split('\n')).toEqual([expect.any(String), ...five.map((text) => `  ${text}`)]);
    expect(
      said([...five, 'f', 'g'])
        .split('\n')
        .slice(5),
    ).toEqual(['  e', '  and 2 more']);
  });

  it('keeps the statements out of what a logger prints of it, because the message has them', () => {
    const error = new UnawaitedStatementsError('publish', 'execute', ['insert a']);
    expect(error.statements).toEqual(['insert a']);
    expect(Object.keys(error)).not.toContain('statements');
  });
});

describe('UnawaitedFailureError', () => {
  it('says what failed, in which method, and what to do, and keeps the failure', () => {
    const cause = new TypeError('no.');
    const error = new UnawaitedFailureError('publish', 'execute', cause);
    expect(error).toMatchObject({ changeId: 'publish', methodName: 'execute', cause });
    expect(error.message).toBe(
      'Change "publish": something that execute() began and did not await has failed: TypeError: no. ' +
        'Await every promise inside the change.',
    );
  });

  it('speaks of its method where the name is not known, and keeps the points inside of the failure', () => {
    expect(new UnawaitedFailureError('publish', undefined, new TypeError('a. b')).message).toMatch(
      /something that its method began .* has failed: TypeError: a\. b\. Await/,
    );
  });
});

describe('the codes of these errors', () => {
  it.each([
    ['FLAMINGOCK_CHANGE_ENDED', new ChangeEndedError('publish')],
    ['FLAMINGOCK_UNAWAITED_STATEMENTS', new UnawaitedStatementsError('publish', 'execute', [])],
    ['FLAMINGOCK_UNAWAITED_FAILURE', new UnawaitedFailureError('publish', 'execute', 'x')],
  ])('stay what programs ask for: %s', (code, error) => {
    expect(error.code).toBe(code);
  });
});
