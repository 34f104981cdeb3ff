import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aHead, aKeyPair } from '../fixtures/evidence.js';
import { failureOf } from '../fixtures/runs.js';
import { nodeRuntime } from '../runtime/node-runtime.js';
import type { EvidenceAnchor, SignedHead } from './anchor.js';
import { AnchorFailedError } from './evidence.errors.js';
import { fileAnchor } from './file-anchor.js';
import { signAndKeep } from './sign-head.js';
import { keySigner } from './signer.js';
import { statedHeads } from './statement-file.js';
import { webhookAnchor } from './webhook-anchor.js';

const { key, publicKey } = aKeyPair();
const signed = async (seq: number): Promise<SignedHead> =>
  (await signAndKeep({ signer: keySigner(key), anchors: [] }, aHead({ seq }), nodeRuntime)).head;
const keep = async (anchor: EvidenceAnchor, signal = new AbortController().signal) =>
  anchor.keep(await signed(6), signal);

describe('the file anchor', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'flamingock-anchor-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('appends one line for each head, which a verification reads', async () => {
    const file = join(folder, 'heads.jsonl');
    const anchor = fileAnchor(file);
    for (const seq of [2, 4]) await anchor.keep(await signed(seq), new AbortController().signal);
    const statements = readFileSync(file, 'utf8');
    expect(statements).toMatch(/^\{.*\}\n\{.*\}\n$/);
    expect(statedHeads({ statements, publicKey }, 'inventory').map(({ seq }) => seq)).toEqual([2, 4]);
  });

  it('begins a new line after one that a crash has cut off', async () => {
    const file = join(folder, 'heads.jsonl');
    appendFileSync(file, '{"payloadTy');
    await keep(fileAnchor(file));
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
  });

  it('says why it could not be written', async () => {
    const error = await failureOf(keep(fileAnchor(join(folder, 'nowhere', 'heads.jsonl'))));
    expect(error).toBeInstanceOf(AnchorFailedError);
    expect(String(error)).toContain('ENOENT');
  });
});

describe('the webhook anchor', () => {
  let server: Server;
  let answer: RequestListener;
  let received: Record<'method' | 'type' | 'auth' | 'body', string | undefined>[];
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/t0ps3cret`;

  beforeEach(async () => {
    received = [];
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const { method, headers } = request;
        received.push({ method, type: headers['content-type'], auth: headers.authorization, body });
        answer(request, response);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('sends the envelope, with the headers that it was given', async () => {
    answer = (_request, response) => response.writeHead(204).end();
    const head = await signed(6);
    const anchor = webhookAnchor({ url: address(), headers: { authorization: 'Bearer t' } });
    await anchor.keep(head, new AbortController().signal);
    expect(received).toEqual([
      { method: 'POST', type: 'application/json', auth: 'Bearer t', body: JSON.stringify(head.envelope) },
    ]);
  });

  it.each<[string, number, Record<string, string>, string]>([
    ['fails', 500, {}, 'answered 500'],
    ['redirects', 307, { location: '/elsewhere' }, 'answered 307, a redirect, which is not followed'],
  ])('tells of a receiver that %s, and calls no other address', async (_what, status, headers, problem) => {
    answer = (_request, response) => response.writeHead(status, headers).end('token=echoed');
    const error = await failureOf(keep(webhookAnchor({ url: address() })));
    expect((error as AnchorFailedError).problem).toBe(problem);
    expect(String(error)).not.toMatch(/echoed|t0ps3cret/);
    expect(received).toHaveLength(1);
  });

  it('does not read an answer that never ends', async () => {
    answer = (_request, response) => {
      response.writeHead(200);
      const more = () => response.write('x'.repeat(65_536), (error) => (error ? undefined : more()));
      more();
    };
    await expect(keep(webhookAnchor({ url: address() }))).resolves.toBeUndefined();
  });

  it('ends a call that nobody waits for any more', async () => {
    const calling = new AbortController();
    answer = () => calling.abort(new TypeError('no answer within 5000 ms'));
    const error = await failureOf(keep(webhookAnchor({ url: address() }), calling.signal));
    expect(String(error)).toContain('no answer within 5000 ms');
  });

  it('says why its receiver cannot be reached, without the address', async () => {
    const url = address();
    server.close();
    const error = await failureOf(keep(webhookAnchor({ url })));
    expect(String(error)).toContain('ECONNREFUSED');
    expect(String(error)).not.toContain('t0ps3cret');
  });

  it.each(['nowhere', 'file:///etc/passwd', ''])('has a fault with %j for an address', (url) => {
    expect(webhookAnchor({ url }).faults).toEqual([
      'url of webhookAnchor() must be an address of http: or https:',
    ]);
  });
});
