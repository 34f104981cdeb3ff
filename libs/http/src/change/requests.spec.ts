import { inspect } from 'node:util';
import { failureOf, inChange, targetOf } from '../fixtures/calls.js';
import { SupplierApi } from '../fixtures/supplier-api.js';
import type { HttpRequestOptions } from './http-api.js';
import type { HttpTargetSystemOptions } from '../http.options.js';

let server: SupplierApi;
beforeEach(async () => (server = await new SupplierApi().listen()));
afterEach(() => server.close());

const target = (more: Partial<HttpTargetSystemOptions> = {}) => targetOf({ baseUrl: server.url, ...more });
const soon = { attempts: 3, initialMs: 1, maxMs: 5 };

describe('a request of a change', () => {
  it('is sent below the base address, with a JSON body, headers and a query, and gives what the server answers', async () => {
    const answer = await inChange(target({ headers: { authorization: 'Bearer t0psecret\n' } }), (api) =>
      api.post<{ id: number }>(
        '/suppliers',
        { code: 'acme' },
        { headers: { 'x-trace': 'a' }, query: { dry: false, tag: ['a', 'b'] } },
      ),
    );
    expect(answer).toMatchObject({ status: 201, body: { id: 1, code: 'acme' } });
    expect(server.suppliers.seen).toMatchObject([
      {
        method: 'POST',
        path: '/api/suppliers',
        headers: { authorization: 'Bearer t0psecret', 'x-trace': 'a', 'content-type': 'application/json' },
        key: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-5/) as string,
      },
    ]);
  });

  it('has no idempotency key where it only reads, and gives what is allowed', async () => {
    const answer = await inChange(target(), (api) => api.get('suppliers/none', { allow: [404] }));
    expect(answer.status).toBe(404);
    expect(server.suppliers.keysOf('GET')).toEqual([undefined]);
  });

  it('has its key in the header that is named', async () => {
    await inChange(target({ idempotencyHeader: 'X-Request-Key' }), (api) =>
      api.post('suppliers', { code: 'a' }),
    );
    expect(server.suppliers.seen[0]?.headers).toMatchObject({
      'x-request-key': expect.any(String) as string,
    });
    expect(server.suppliers.seen[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  it('asks a function for its headers each time', async () => {
    const tokens = ['one', 'two'];
    const headers = async () => ({ authorization: `Bearer ${tokens.shift()}` });
    await inChange(target({ headers }), async (api) => {
      await api.get('suppliers');
      await api.get('suppliers');
    });
    expect(server.suppliers.seen.map((one) => one.headers.authorization)).toEqual([
      'Bearer one',
      'Bearer two',
    ]);
  });

  it('sends the user of the base address as basic authentication, and never in the address', async () => {
    const baseUrl = server.url.replace('//', '//bob:pa%2Fss@');
    await inChange(target({ baseUrl }), (api) => api.get('suppliers'));
    const expected = `Basic ${Buffer.from('bob:pa/ss').toString('base64')}`;
    expect(server.suppliers.seen[0]?.headers.authorization).toBe(expected);
  });
});

describe('the idempotency keys of a change', () => {
  const three = (more = {}) =>
    inChange(
      target(),
      async (api) => {
        await api.post('suppliers', { code: 'a' });
        await api.post('suppliers', { code: 'b' });
        await api.delete('suppliers/1');
      },
      more,
    );

  it('are the same in an execution that repeats another, and each of them once', async () => {
    await three();
    const first = server.suppliers.seen.map(({ key }) => key);
    await three({ executionId: 'e2' });
    expect(server.suppliers.seen.slice(3).map(({ key }) => key)).toEqual(first);
    expect(new Set(first).size).toBe(3);
    expect(server.suppliers.all).toEqual([{ id: 2, code: 'b' }]);
  });

  it.each([{ origin: 'o2' }, { service: 'other' }, { changeId: 'other' }])(
    'are others elsewhere: %j',
    async (more) => {
      await three();
      await three(more);
      expect(new Set(server.suppliers.seen.map(({ key }) => key)).size).toBe(6);
    },
  );

  it('follow from a name that a request has, whatever is sent before it', async () => {
    const send = (codes: string[]) =>
      inChange(target(), async (api) => {
        for (const code of codes) await api.post('suppliers', { code }, { name: code });
      });
    await send(['a', 'b']);
    await send(['b']);
    expect(server.suppliers.keysOf('POST')[2]).toBe(server.suppliers.keysOf('POST')[1]);
  });

  it('are refused to requests at a time that have no names, and given to those that have', async () => {
    const both = (name: boolean) =>
      inChange(target(), (api) =>
        Promise.all(['a', 'b'].map((code) => api.post('suppliers', { code }, name ? { name: code } : {}))),
      );
    expect(await failureOf(both(false))).toMatchObject({ code: 'FLAMINGOCK_HTTP_REQUEST_NAME' });
    await both(true);
    expect(server.suppliers.all.map(({ code }) => code)).toEqual(expect.arrayContaining(['a', 'b']));
  });

  it('are refused to two requests of one name', async () => {
    const twice = inChange(target(), async (api) => {
      await api.post('suppliers', { code: 'a' }, { name: 'x' });
      await api.post('suppliers', { code: 'b' }, { name: 'x' });
    });
    expect(await failureOf(twice)).toMatchObject({ code: 'FLAMINGOCK_HTTP_REQUEST_NAME', requestName: 'x' });
  });
});

describe('a request that fails', () => {
  const post = (api: Parameters<Parameters<typeof inChange>[1]>[0]) =>
    api.post('suppliers', { code: 'acme' });

  it('tells method, address, status and what the server said, without secrets', async () => {
    server.answer(400, {}, `no such field; you sent Bearer t0psecret and q-secret, ${'x'.repeat(2_000)}`);
    const options = { headers: { authorization: 'Bearer t0psecret' }, secrets: { query: ['sig'] } };
    const error = await failureOf(
      inChange(target(options), (api) => api.post('suppliers', {}, { query: { sig: 'q-secret', page: 2 } })),
    );
    expect(error).toMatchObject({
      code: 'FLAMINGOCK_HTTP_STATUS',
      method: 'POST',
      status: 400,
      isTransient: false,
    });
    expect(error.message).toContain(
      `POST ${server.url}/suppliers?sig=***&page=2 was answered with status 400`,
    );
    expect(error.message).toContain('no such field; you sent *** and ***');
    expect(error.message).not.toMatch(/t0psecret|q-secret/);
    expect(error.message.length).toBeLessThan(900);
    expect(error.message).not.toContain('not known');
  });

  it('is sent again where it only reads, as late as the server asks for', async () => {
    server.answer(503, { 'retry-after': '0' });
    server.answer(429);
    server.breakOff('before');
    const retry = { ...soon, attempts: 4 };
    expect((await inChange(target({ retry }), (api) => api.get('suppliers'))).body).toEqual([]);
    expect(server.suppliers.seen).toHaveLength(4);
  });

  it('is not sent again by a server that may not know its key, and says what is not known', async () => {
    server.suppliers.honours = false;
    server.breakOff('after');
    const error = await failureOf(inChange(target({ retry: soon }), post));
    expect(error).toMatchObject({ code: 'FLAMINGOCK_HTTP_ANSWER_LOST', isTransient: true, isUnknown: true });
    expect(error.message).toContain(`Whether it took effect is not known`);
    expect(error.message).toContain(String(server.suppliers.keysOf('POST')[0]));
    expect(server.suppliers.all).toHaveLength(1);
  });

  it('is sent again with its key by a server that honours it, and takes effect once', async () => {
    server.answer(503, { 'retry-after': '0' });
    server.breakOff('after');
    const { body } = await inChange(target({ retry: soon, idempotency: 'honoured' }), post);
    expect(body).toEqual({ id: 1, code: 'acme' });
    expect(server.suppliers.all).toHaveLength(1);
    expect(new Set(server.suppliers.keysOf('POST')).size).toBe(1);
    expect(server.suppliers.seen).toHaveLength(3);
  });

  it('waits for what a server is still doing that has lost its answer', async () => {
    server.breakOff('after');
    server.answer(409);
    const { status } = await inChange(target({ retry: soon, idempotency: 'honoured' }), post);
    expect(status).toBe(201);
  });

  it('takes a conflict for one where nothing was lost before', async () => {
    server.answer(409, {}, 'there is one');
    const error = await failureOf(inChange(target({ retry: soon, idempotency: 'honoured' }), post));
    expect(error).toMatchObject({ status: 409, isTransient: false });
    expect(server.suppliers.seen).toHaveLength(1);
  });

  it('is not sent again where the server asks for more time than a pause has', async () => {
    server.answer(429, { 'retry-after': '60' });
    const one = target({ retry: soon, idempotency: 'honoured' });
    const error = await failureOf(inChange(one, post));
    expect(error).toMatchObject({ status: 429, retryAfterMs: 60_000 });
    expect([one.isTransient?.(error), one.retryAfterMs?.(error)]).toEqual([true, 60_000]);
  });

  it('reads a date of Retry-After by the clock of the server', async () => {
    const date = new Date(Date.UTC(2030, 0, 1, 12, 0, 0)).toUTCString();
    const later = new Date(Date.UTC(2030, 0, 1, 12, 0, 30)).toUTCString();
    server.answer(503, { date, 'retry-after': later });
    expect(await failureOf(inChange(target({ retry: soon }), post))).toMatchObject({ retryAfterMs: 30_000 });
  });

  it('says that nothing was sent where nobody listens', async () => {
    const { url } = server;
    await server.close();
    const one = targetOf({ baseUrl: url, retry: soon });
    const error = await failureOf(inChange(one, post));
    expect(error).toMatchObject({ code: 'FLAMINGOCK_HTTP_UNREACHABLE', isTransient: true });
    expect(error.message).toContain('was not sent');
    server = await new SupplierApi().listen();
  });

  it('ends when the server takes too long', async () => {
    server.suppliers.instead.push({ when: 'before', act: () => undefined });
    const error = await failureOf(inChange(target({ timeoutMs: 50, retry: soon }), post));
    expect(error.message).toContain('no answer within 50 ms');
    expect(error).toMatchObject({ code: 'FLAMINGOCK_HTTP_ANSWER_LOST', isUnknown: true });
  });

  it('ends when the change has to stop, and is not sent again', async () => {
    const stop = new AbortController();
    server.suppliers.instead.push({
      when: 'before',
      act: () => stop.abort(new TypeError('the lock is lost')),
    });
    const error = await failureOf(
      inChange(target({ retry: soon, idempotency: 'honoured' }), post, { signal: stop.signal }),
    );
    expect(error.message).toContain('the lock is lost');
    expect(server.suppliers.seen).toHaveLength(1);
  });

  it('tells its target system what to record of it', async () => {
    server.answer(500, {}, 'oops');
    const one = target();
    const error = await failureOf(inChange(one, post));
    expect(one.diagnose?.(error)).toEqual({ code: '500', statement: 'POST /api/suppliers' });
    expect(error.message).toContain('Whether it took effect is not known');
    expect(one.diagnose?.(new TypeError('x'))).toEqual({});
  });
});

describe('a request that cannot be sent', () => {
  it.each([
    [{ headers: { 'x-secret': 'a\nt0psecret' } }, 'a header "x-secret" that cannot be sent'],
    [{ headers: { 'Idempotency-Key': 'mine' } }, 'a Idempotency-Key of its own'],
    [{ body: 10n }, 'a body that is no JSON'],
    [{ body: () => 1 }, 'a body that is no JSON'],
    [{ name: '' }, 'the name ""'],
    [{ allow: ['404'] }, 'a list of statuses'],
    [{ timeoutMs: -1 }, 'a time-out that is none'],
    [{ tiemoutMs: 1 }, 'did you mean timeoutMs?'],
  ])('is refused, with what is wrong and without its values: %p', async (options, problem) => {
    const error = await failureOf(
      inChange(target(), (api) => api.request('POST', 'suppliers', options as HttpRequestOptions)),
    );
    expect(error).toMatchObject({ code: 'FLAMINGOCK_HTTP_REQUEST', method: 'POST' });
    expect(error.message).toContain(problem);
    expect(inspect(error)).not.toContain('t0psecret');
    expect(server.suppliers.seen).toEqual([]);
  });

  it('is refused where headers of the target system are none, without their values', async () => {
    const headers = () => ({ authorization: 'Bearer t0psecret\nx' });
    const error = await failureOf(inChange(target({ headers }), (api) => api.get('suppliers')));
    expect(error.message).toContain('has a header "authorization" that cannot be sent');
    expect(inspect(error)).not.toContain('t0psecret');
  });
});

describe('an answer', () => {
  it('is refused where it is longer than it may be', async () => {
    server.answer(200, {}, 'x'.repeat(5_000));
    const error = await failureOf(
      inChange(target({ maxAnswerBytes: 1_000 }), (api) => api.post('suppliers', {})),
    );
    expect(error).toMatchObject({ code: 'FLAMINGOCK_HTTP_ANSWER', status: 200 });
    expect(error.message).toContain('more than 1000 bytes');
  });

  it('is refused where what it calls JSON is none, without a word of it', async () => {
    server.answer(200, { 'content-type': 'application/json' }, '<html>s3cret');
    const error = await failureOf(inChange(target(), (api) => api.get('suppliers')));
    expect(error.message).toContain('is none');
    expect(error.message).not.toContain('s3cret');
  });

  it('is text where it is not called JSON, and nothing where there is none', async () => {
    server.answer(200, { 'content-type': 'text/plain' }, 'fine');
    server.answer(204);
    const bodies = await inChange(target(), async (api) => [
      (await api.get('suppliers')).body,
      (await api.delete('suppliers/1')).body,
      (await api.head('suppliers')).body,
    ]);
    expect(bodies).toEqual(['fine', undefined, undefined]);
  });
});
