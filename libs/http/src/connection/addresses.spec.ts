import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failureOf, inChange, targetOf } from '../fixtures/calls.js';

let ours: Server;
let theirs: Server;
/** What other servers got. */
let strayed: IncomingMessage[];
let got: string[];

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const listening = (server: Server) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

beforeEach(async () => {
  strayed = [];
  got = [];
  theirs = createServer((request, response) => {
    strayed.push(request);
    response.end('theirs');
  });
  ours = createServer((request, response) => {
    got.push(`${request.method} ${request.url}`);
    const [, status, to] = /^\/v1\/to\/(\d+)\/(.*)$/.exec(request.url ?? '') ?? [];
    if (request.url === '/v1/loop') response.writeHead(302, { location: 'loop' }).end();
    else if (status) response.writeHead(Number(status), { location: decodeURIComponent(to ?? '') }).end();
    else response.end('ours');
  });
  await Promise.all([listening(ours), listening(theirs)]);
});
afterEach(async () => {
  for (const server of [ours, theirs]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const target = () =>
  targetOf({ baseUrl: `${urlOf(ours)}/v1/`, headers: { authorization: 'Bearer t0psecret' } });
const redirect = (status: number, to: string) => `to/${status}/${encodeURIComponent(to)}`;

describe('the address of a request', () => {
  it.each([
    ['suppliers', '/v1/suppliers'],
    ['/suppliers?x=1#part', '/v1/suppliers?x=1'],
    ['', '/v1'],
    ['?page=2', '/v1?page=2'],
    ['a\\b//c', '/v1/a/b//c'],
  ])('is below the base address: %j', async (path, expected) => {
    await inChange(target(), (api) => api.get(path));
    expect(got).toEqual([`GET ${expected}`]);
  });

  it('may be one of the same origin, as a server gives out', async () => {
    await inChange(target(), (api) => api.get(`${urlOf(ours)}/v2/x`));
    expect(got).toEqual(['GET /v2/x']);
  });

  it.each([
    () => `${urlOf(theirs)}/v1`,
    () => `//127.0.0.1:${(theirs.address() as AddressInfo).port}/v1`,
    () => urlOf(ours).replace('http:', 'https:'),
    () => urlOf(ours).replace('//', '//user:t0psecret@'),
    () => 'http://',
    () => 7 as unknown as string,
  ])('is refused elsewhere, with nothing sent: %s', async (path) => {
    const error = await failureOf(inChange(target(), (api) => api.post(path(), {})));
    expect(error).toMatchObject({ code: 'FLAMINGOCK_HTTP_ADDRESS', origin: urlOf(ours) });
    expect(error.message).not.toContain('t0psecret');
    expect([got, strayed]).toEqual([[], []]);
  });
});

describe('a redirect', () => {
  it('is followed within the origin by what only reads', async () => {
    const { body } = await inChange(target(), (api) => api.get(redirect(302, '/v1/there')));
    expect(body).toBe('ours');
    expect(got.at(-1)).toBe('GET /v1/there');
  });

  it('is not followed to another origin, which gets nothing', async () => {
    const error = await failureOf(
      inChange(target(), (api) => api.get(redirect(307, `${urlOf(theirs)}/?token=abcdef`))),
    );
    expect(error).toMatchObject({ code: 'FLAMINGOCK_HTTP_REDIRECT', status: 307 });
    expect(error.message).toContain(`${urlOf(theirs)}/?token=***`);
    expect(strayed).toEqual([]);
  });

  it.each([301, 303, 307, 308])('is not followed by what may alter anything: %d', async (status) => {
    const error = await failureOf(inChange(target(), (api) => api.post(redirect(status, '/v1/there'), {})));
    expect(error).toMatchObject({ code: 'FLAMINGOCK_HTTP_REDIRECT', status });
    expect(got).toHaveLength(1);
  });

  it('is followed five times at most', async () => {
    const error = await failureOf(inChange(target(), (api) => api.get('loop')));
    expect(error).toMatchObject({ code: 'FLAMINGOCK_HTTP_REDIRECT' });
    expect(got).toHaveLength(6);
  });
});
