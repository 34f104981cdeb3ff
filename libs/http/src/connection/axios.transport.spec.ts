import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import axios from 'axios';
import { failureOf } from '../fixtures/calls.js';
import { AxiosTransport } from './axios.transport.js';
import { readWhole } from './read-answer.js';

let server: Server;
let got: string[];
beforeEach(async () => {
  got = [];
  server = createServer((request, response) => {
    got.push(request.url ?? '');
    if (request.url === '/moved')
      response.writeHead(302, { location: '/there', 'set-cookie': ['a=1', 'b=2'] }).end();
    else if (request.url === '/cut') request.socket.destroy();
    else response.writeHead(500).end('oops');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const instance = axios.create({ baseURL: 'http://127.0.0.1:9', allowAbsoluteUrls: false, timeout: 1 });
const transport = new AxiosTransport({ axiosRef: instance });
const send = (path: string, signal = new AbortController().signal) =>
  transport.send(
    {
      method: 'POST',
      url: new URL(path, `http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      headers: { authorization: 'Bearer t0psecret' },
      body: new Uint8Array([120]),
    },
    signal,
  );

describe('AxiosTransport', () => {
  it('follows no redirect, and gives all headers', async () => {
    const { status, headers } = await send('/moved');
    expect([status, headers.get('location'), headers.getSetCookie()]).toEqual([
      302,
      '/there',
      ['a=1', 'b=2'],
    ]);
    expect(got).toEqual(['/moved']);
  });

  it('takes every status for an answer, whatever the instance says', async () => {
    const answer = await send('/broken');
    expect([answer.status, await readWhole(answer, 10)]).toEqual([500, 'oops']);
  });

  it.each(['/cut', '/aborted'])('keeps the request out of its errors: %s', async (path) => {
    const error = await failureOf(send(path, path === '/cut' ? undefined : AbortSignal.abort()));
    expect(inspect(error, { depth: 9 })).not.toContain('t0psecret');
    expect(error).toMatchObject({ code: path === '/cut' ? 'ECONNRESET' : 'ERR_CANCELED' });
  });
});
