import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { nodeHost, type AdapterHost, type TargetSystem } from '@nestjs-flamingock/core/adapter';
import { HttpApi, httpTargetSystem } from '@nestjs-flamingock/http';
import type { Bench } from '../harness/bench.js';
import { comparison, ratioAim, type Section } from '../harness/section.js';

const BODY = { code: 'acme', name: 'Acme Corporation', tags: ['a', 'b', 'c'] };
const CHANGE = { service: 'bench', changeId: 'post', executionId: 'run', operation: 'EXECUTE', origin: 'o' };

/** A server that takes what it gets and answers with a little JSON, on a thread of its own. */
const SERVER = `
  const answer = JSON.stringify({ id: 1, code: 'acme' });
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () =>
      response.writeHead(201, { 'content-type': 'application/json' }).end(answer));
  });
  server.listen(0, '127.0.0.1', () =>
    require('node:worker_threads').parentPort.postMessage(server.address().port));
`;

/** Requests with a body and an answer, one after the other: in a change, and by fetch alone. */
export async function http(bench: Bench): Promise<Section> {
  const count = bench.quick ? 500 : 3_000;
  const ours = { title: 'requests of a change', send: inChange };
  const bare = { title: 'the same by fetch', send: byHand };
  const worker = new Worker(SERVER, { eval: true });
  try {
    const [port] = (await once(worker, 'message')) as [number];
    const baseUrl = `http://127.0.0.1:${port}/api`;
    const figures = await bench.interleave([ours, bare], async ({ send }) => {
      const begin = performance.now();
      await send(baseUrl, count);
      return performance.now() - begin;
    });
    const aims = [ratioAim(figures, ours, 1.1, bare)];
    return comparison(`http: ${count} requests, one after the other`, figures, ours, aims);
  } finally {
    await worker.terminate();
  }
}

async function inChange(baseUrl: string, count: number): Promise<void> {
  const { useFactory } = httpTargetSystem('erp', { baseUrl });
  const target = await (useFactory as (host: AdapterHost) => TargetSystem | Promise<TargetSystem>)(nodeHost);
  const change = { ...CHANGE, signal: new AbortController().signal } as const;
  const check = (): void => undefined;
  await target.run(
    change as Parameters<TargetSystem['run']>[0],
    async (handles) => {
      const api = handles.get(HttpApi) as HttpApi;
      for (let n = 0; n < count; n++) await api.post('suppliers', BODY);
    },
    check,
  );
}

async function byHand(baseUrl: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const response = await fetch(`${baseUrl}/suppliers`, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'idempotency-key': `key-${n}`,
      },
      body: JSON.stringify(BODY),
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    await response.json();
  }
}
