import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { BadRequestException, HttpException, UnprocessableEntityException } from '@nestjs/common';
import { asciiText, errorText, MAX_ERROR_LENGTH } from './error-text.js';

const withCause = (message: string, cause: unknown): Error => new TypeError(message, { cause });

describe('errorText', () => {
  it.each<[string, unknown, string]>([
    ['an error', new RangeError('too big'), 'RangeError: too big'],
    ['an error without a message', new RangeError(), 'RangeError'],
    ['an abort', new DOMException('stopped', 'AbortError'), 'AbortError: stopped'],
    ['a string', 'x', 'x'],
    ['an empty string', '', 'an empty string was thrown'],
    ['undefined', undefined, 'undefined was thrown'],
    ['null', null, 'null was thrown'],
    ['a number', 42, '42 was thrown'],
    ['an object', { code: 7, at: { row: 1 } }, '{ code: 7, at: { row: 1 } } was thrown'],
    ['an object without a prototype', Object.create(null), '[Object: null prototype] {} was thrown'],
    ['a symbol', Symbol('s'), 'Symbol(s) was thrown'],
  ])('tells %s', (_what, thrown, text) => {
    expect(errorText(thrown)).toBe(text);
  });

  it.each<[string, Error, string]>([
    [
      'what a validation pipe found',
      new BadRequestException(['name must not be empty', 'price must be a number']),
      'BadRequestException: Bad Request Exception (name must not be empty; price must be a number)',
    ],
    ['its message once', new BadRequestException('no such product'), 'BadRequestException: no such product'],
    ['its message once where that is all', new HttpException('gone', 410), 'HttpException: gone'],
    [
      'a response of its own',
      new HttpException({ code: 'E7', rows: [{ id: 3 }] }, 409),
      "HttpException: Http Exception ({ code: 'E7', rows: [ { id: 3 } ] })",
    ],
    [
      'a response with a message of its own',
      new UnprocessableEntityException({ message: 'bad rows', rows: [3] }),
      "UnprocessableEntityException: bad rows ({ message: 'bad rows', rows: [ 3 ] })",
    ],
  ])('tells the reasons of an HttpException: %s', (_what, error, text) => {
    expect(errorText(error)).toBe(text);
  });

  const requestFailed = (response: unknown) =>
    Object.assign(new TypeError('Request failed with status code 422'), { name: 'AxiosError', response });

  it.each<[string, unknown, string]>([
    [
      'a document',
      { status: 422, data: { error: 'sku is taken' } },
      " (status 422: { error: 'sku is taken' })",
    ],
    ['a text', { status: 422, data: 'sku is taken' }, ' (status 422: sku is taken)'],
    ['no body', { status: 422, data: '' }, ' (status 422)'],
    ['bytes', { status: 422, data: Buffer.from('x') }, ' (status 422)'],
    ['a stream', { status: 422, data: Readable.from(['x']) }, ' (status 422)'],
    ['no response', undefined, ''],
  ])('tells what a client of HTTP was answered: %s', (_what, response, more) => {
    expect(errorText(requestFailed(response))).toBe(`AxiosError: Request failed with status code 422${more}`);
  });

  it('masks and bounds what was answered', () => {
    expect(errorText(requestFailed({ status: 400, data: { password: 'hunter2' } }))).not.toContain('hunter2');
    const long = errorText(requestFailed({ status: 400, data: 'x'.repeat(100_000) }));
    expect(long.length).toBeLessThan(1_200);
  });

  it('tells reasons of a cause, and of members', () => {
    const invalid = new BadRequestException(['a', 'b']);
    expect(errorText(withCause('outer', invalid))).toMatch(/\(a; b\)$/);
    expect(errorText(new AggregateError([invalid], 'all'))).toMatch(/\(a; b\)\]$/);
  });

  it('tells an error whose reasons cannot be had', () => {
    const error = Object.assign(new TypeError('odd'), {
      getResponse: () => {
        throw new TypeError('not now');
      },
    });
    expect(errorText(error)).toBe('TypeError: odd');
  });

  it('tells causes, the nearest first', () => {
    expect(errorText(withCause('outer', withCause('middle', 'inner')))).toBe(
      'TypeError: outer\nCaused by TypeError: middle\nCaused by inner',
    );
  });

  it('ends where causes go round in circles', () => {
    const error = withCause('a', undefined);
    error.cause = withCause('b', error);
    expect(errorText(error)).toMatch(/^TypeError: a\nCaused by TypeError: b\b.{0,40}$/s);
    const self = withCause('self', undefined);
    self.cause = self;
    expect(errorText(self)).toMatch(/^TypeError: self\b.{0,40}$/s);
  });

  it('tells each member of an AggregateError', () => {
    const error = new AggregateError([new TypeError('one'), 'two', { three: 3 }], 'all failed');
    expect(errorText(error)).toBe(
      'AggregateError: all failed [TypeError: one; two; { three: 3 } was thrown]',
    );
  });

  it('tells an AggregateError without a message, as failed connections are', () => {
    const error = new AggregateError([new TypeError('connect ECONNREFUSED ::1:5432')]);
    expect(errorText(error)).toContain('connect ECONNREFUSED ::1:5432');
  });

  it('tells of members only where there is a list of them', () => {
    expect(errorText(Object.assign(new TypeError('no'), { errors: 'none' }))).toBe('TypeError: no');
  });

  it('tells a thrown object on one line', () => {
    const wide = { left: 'x'.repeat(60), right: 'y'.repeat(60) };
    expect(errorText(wide)).toMatch(/^\{ left: 'x+', right: 'y+' \} was thrown$/);
  });

  it('ends where an AggregateError contains itself', () => {
    const error = new AggregateError([], 'circle');
    error.errors.push(new TypeError('one'), error);
    expect(errorText(error)).toBe('AggregateError: circle [TypeError: one; the same again]');
  });

  it.each<[string, () => unknown]>([
    ['its message is no text', () => Object.assign(new TypeError(), { message: Symbol('m') })],
    [
      'its message throws',
      () =>
        Object.defineProperty(new TypeError(), 'message', {
          get: () => {
            throw new RangeError('no message');
          },
        }),
    ],
    [
      'it cannot be inspected',
      () => ({
        [Symbol.for('nodejs.util.inspect.custom')]: () => {
          throw new RangeError('no inspection');
        },
      }),
    ],
  ])('is a text also where %s', (_what, thrown) => {
    expect(errorText(thrown())).toMatch(/\w/);
  });
});

/** Ends a call that would block the event loop, and with it the heartbeat of the lock, for minutes. */
function unlessStuck(thrown: unknown): string {
  return runInNewContext('call()', { call: () => errorText(thrown) }, { timeout: 5_000 }) as string;
}

describe('errorText on size', () => {
  it('cuts huge texts, says so, and how long they were', () => {
    const text = errorText(new TypeError('word '.repeat(200_000)));
    expect(text).toHaveLength(MAX_ERROR_LENGTH);
    expect(text).toMatch(/^TypeError: word word .*… \(cut: \d{7} characters\)$/);
  });

  it('is not held up by a huge text without a space', () => {
    expect(unlessStuck('x'.repeat(1_000_000))).toHaveLength(MAX_ERROR_LENGTH);
  });

  it.each([['a:'], ['://'], ['password='], ['"'], ['a://b:']])(
    'is not held up by %j over and over',
    (part) => {
      expect(unlessStuck(part.repeat(100_000)).length).toBeLessThanOrEqual(MAX_ERROR_LENGTH);
    },
  );

  it('keeps what just fits', () => {
    const text = 'x'.repeat(MAX_ERROR_LENGTH);
    expect(errorText(text)).toBe(text);
  });

  it('does not cut a character in half', () => {
    const text = errorText('😀'.repeat(MAX_ERROR_LENGTH));
    expect(text).not.toMatch(/\p{Surrogate}/u);
    expect(text.length).toBeLessThanOrEqual(MAX_ERROR_LENGTH);
  });
});

describe('errorText on secrets that are longer than what is looked at', () => {
  const secret = (length: number) => 'password='.padEnd(length, 'x');

  it('says how long the text was, though what is left of it would fit', () => {
    expect(errorText(`${secret(16_000)} and more`)).toBe('password=***… (cut: 16009 characters)');
  });

  it('says nothing of the kind where all of it was looked at', () => {
    expect(errorText(secret(16_000))).toBe('password=***');
  });
});

describe('errorText on what databases refuse', () => {
  it('replaces NUL and half surrogate pairs, and keeps whole ones', () => {
    expect(errorText('a\0b \uD800 c \uDC00 d 😀')).toBe('a\uFFFDb \uFFFD c \uFFFD d 😀');
  });
});

describe('asciiText', () => {
  it('spells what is not ASCII, and keeps the rest', () => {
    expect(asciiText('1 ≠ "é"\n🦩\\')).toBe('1 \\u{2260} "\\u{e9}"\n\\u{1f9a9}\\');
  });

  it('is bounded', () => {
    const text = asciiText('漢'.repeat(MAX_ERROR_LENGTH));
    expect(text).toHaveLength(MAX_ERROR_LENGTH);
    expect(text).toMatch(/^\\u\{6f22\}.*\.\.\. \(cut: 32000 characters\)$/);
  });
});

describe('errorText on secrets', () => {
  it.each([
    ['postgres://app:s3cret@db:5432/x', 'postgres://app:***@db:5432/x'],
    ['redis://:s3cret@cache', 'redis://:***@cache'],
    ['mongodb+srv://app:s3cret@cluster/x?y=1', 'mongodb+srv://app:***@cluster/x?y=1'],
    ['postgres://app:s3@cret@db/x', 'postgres://app:***@db/x'],
    ['Server=db;Uid=app;Password=s3cret;Port=1', 'Server=db;Uid=app;Password=***;Port=1'],
    ['pwd = s3cret, user = app', 'pwd = ***, user = app'],
    ['{"password":"s3cret","user":"app"}', '{"password":***,"user":"app"}'],
    ["{ password: 's3 cret', user: 'app' }", "{ password: ***, user: 'app' }"],
    ['{"password":"s3\\"cret","user":"app"}', undefined],
    ['Authorization: Bearer s3cret', 'Authorization: ***'],
    ['https://api/x?token=s3cret&y=1', 'https://api/x?token=***&y=1'],
    ['https://api/x?access_token=s3cret&y=1', 'https://api/x?access_token=***&y=1'],
    ['https://api/x?api_key=s3cret', 'https://api/x?api_key=***'],
    ['DB_PASSWORD=s3cret', 'DB_PASSWORD=***'],
    ['client_secret=s3cret', 'client_secret=***'],
    ['dbPassword: s3cret', 'dbPassword: ***'],
    ['AWS_SECRET_ACCESS_KEY=s3cret', 'AWS_SECRET_ACCESS_KEY=***'],
  ])('masks %s', (text, masked) => {
    const result = errorText(new TypeError(text));
    expect(result).not.toMatch(/s3|(?<!se)cret/);
    if (masked !== undefined) expect(result).toBe(`TypeError: ${masked}`);
  });

  it('masks them in causes, members and thrown objects too', () => {
    const url = 'postgres://app:s3cret@db/x';
    const thrown = withCause(
      'no',
      new AggregateError([withCause(url, { url }), { url, password: 's3cret' }]),
    );
    expect(errorText(thrown)).not.toContain('s3cret');
  });

  it('leaves other texts alone', () => {
    const text = 'TypeError: no such table: secrets (http://host:80/path), user@host, 12:30';
    expect(errorText(text)).toBe(text);
  });
});
