import { aHead, aKeyPair } from '../fixtures/evidence.js';
import { failureOf } from '../fixtures/runs.js';
import { nodeRuntime } from '../runtime/node-runtime.js';
import { PAYLOAD_TYPE, signedBytes, type Envelope } from './envelope.js';
import { StatementsRefusedError } from './evidence.errors.js';
import type { HeadFacts } from './head-statement.js';
import { signAndKeep } from './sign-head.js';
import { keySigner } from './signer.js';
import { statedHeads } from './statement-file.js';

const mine = aKeyPair();
const other = aKeyPair();

async function sign(facts: Partial<HeadFacts> = {}, pem = mine.key): Promise<Envelope> {
  const { head } = await signAndKeep({ signer: keySigner(pem), anchors: [] }, aHead(facts), nodeRuntime);
  return head.envelope;
}

/** Signs what no version of this library has written. */
async function signText(text: string): Promise<Envelope> {
  const { keyId, sign: signBytes } = keySigner(mine.key);
  const payload = Buffer.from(text);
  const signature = await signBytes(signedBytes(payload), new AbortController().signal);
  return {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [{ keyid: keyId, sig: Buffer.from(signature).toString('base64') }],
  };
}
const lines = (...envelopes: unknown[]) => envelopes.map((one) => JSON.stringify(one)).join('\n');
const read = (statements: string, publicKey = mine.publicKey) =>
  statedHeads({ statements, publicKey }, 'inventory');

async function faultsOf(statements: string, publicKey?: string): Promise<readonly string[]> {
  const error = await failureOf(Promise.resolve().then(() => read(statements, publicKey)));
  expect(error).toBeInstanceOf(StatementsRefusedError);
  return (error as StatementsRefusedError).faults;
}

describe('signed heads that were kept', () => {
  it('say where the history ended, when, and by which key', async () => {
    const { keyId } = keySigner(mine.key);
    const { seq, hash, createdAt } = aHead();
    expect(read(lines(await sign()))).toEqual([{ seq, hash, createdAt, keyId }]);
  });

  it('are read line by line, and blank lines are none', async () => {
    const text = `${lines(await sign({ seq: 2 }))}\r\n\n${lines(await sign({ seq: 4 }))}\n`;
    expect(read(text).map(({ seq }) => seq)).toEqual([2, 4]);
  });

  it('are read from one that was printed over several lines', async () => {
    expect(read(JSON.stringify(await sign(), undefined, 2))).toHaveLength(1);
  });

  it('are read with any of several keys in one file', async () => {
    const text = lines(await sign({ seq: 2 }), await sign({ seq: 4 }, other.key));
    expect(read(text, other.publicKey + mine.publicKey)).toHaveLength(2);
  });

  it('are a statement of in-toto about the hash of the head', async () => {
    const { payload } = await sign();
    expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'history of inventory', digest: { sha256: aHead().hash } }],
      predicate: { ...aHead(), library: { name: '@nestjs-flamingock/core' } },
    });
  });

  it('are refused where one was altered, in any part of it', async () => {
    const signed = await sign();
    const text = Buffer.from(signed.payload, 'base64').toString();
    const payload = Buffer.from(text.replace('"seq":6', '"seq":7')).toString('base64');
    expect(await faultsOf(lines({ ...signed, payload }))).toEqual([
      'line 1 does not match its signature: it was altered after it was signed',
    ]);
  });

  it('are refused where another key has signed them', async () => {
    const [fault] = await faultsOf(lines(await sign({}, other.key)));
    expect(fault).toBe(
      `line 1 is not signed by the key that was given (${keySigner(mine.key).keyId}): it names "${keySigner(other.key).keyId}"`,
    );
  });

  it('are refused where they are about another service', async () => {
    expect(await faultsOf(lines(await sign({ service: 'shop' })))).toEqual([
      'line 1 is about service "shop", not "inventory": give the statements of this one',
    ]);
  });

  it('are refused with every fault at once', async () => {
    const signed = await sign();
    const faults = await faultsOf(
      ['garbage', lines(signed), lines({ ...signed, signatures: [] }), '{"payloadType":7}'].join('\n'),
    );
    expect(faults).toEqual([
      'line 1 is no signed head: it is not a DSSE envelope of an in-toto statement',
      'line 3 has no signature',
      'line 4 is no signed head: it is not a DSSE envelope of an in-toto statement',
    ]);
  });

  it('are refused with the first twenty faults of a file that is something else', async () => {
    const faults = await faultsOf('garbage\n'.repeat(50));
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)).toBe('and 30 more lines');
  });

  it.each(['', '\n \n'])('are refused where there is none: %j', async (text) => {
    expect(await faultsOf(text)).toEqual(['there is no statement: the file is empty']);
  });

  it.each([
    ['{}', 'no statement'],
    ['not JSON', 'no JSON'],
  ])('are refused where the key has signed something else: %s', async (text) => {
    expect(await faultsOf(lines(await signText(text)))).toEqual([
      'line 1 is signed by the key, and says nothing about the head of a history',
    ]);
  });

  it('are refused where the digest of the subject is not the hash of the head', async () => {
    const text = Buffer.from((await sign()).payload, 'base64').toString();
    const forged = text.replace(`"sha256":"${aHead().hash}"`, `"sha256":"${'0'.repeat(64)}"`);
    expect(await faultsOf(lines(await signText(forged)))).toHaveLength(1);
  });

  it.each([
    ['garbage', 'the public key is no public key in PEM form, or one with a passphrase'],
    [aKeyPair('ed448').publicKey, 'the public key is a public key of type ed448, not Ed25519'],
  ])('are refused with a key that is none', async (publicKey, fault) => {
    expect(await faultsOf(lines(await sign()), publicKey)).toEqual([fault]);
  });
});
