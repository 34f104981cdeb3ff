import { ManualRuntime } from '@nestjs-flamingock/testing';
import { aHead, aKeyPair, memoryAnchor } from '../fixtures/evidence.js';
import { failureOf, passing } from '../fixtures/runs.js';
import { nodeRuntime } from '../runtime/node-runtime.js';
import type { EvidenceAnchor } from './anchor.js';
import { AnchorFailedError, SigningFailedError } from './evidence.errors.js';
import { signAndKeep } from './sign-head.js';
import { keySigner, type EvidenceSigner } from './signer.js';

const { key } = aKeyPair();
const anchor = (keep: EvidenceAnchor['keep']): EvidenceAnchor => ({ name: 'vault', keep });
const never = () => new Promise<never>(() => undefined);

describe('signing a head', () => {
  it('has every anchor keep it, and tells which did not', async () => {
    const memory = memoryAnchor();
    const broken = anchor(() => Promise.reject(new Error('no password=secret')));
    const { head, failures } = await signAndKeep(
      { signer: keySigner(key), anchors: [broken, memory] },
      aHead(),
      nodeRuntime,
    );
    expect(memory.kept).toEqual([head]);
    expect(failures.map(({ message }) => message)).toEqual([
      'The signed head was not kept in vault: it failed: Error: no password=***. Once it works again: ' +
        '`npx --no @nestjs-flamingock/cli head sign`.',
    ]);
  });

  it('does not wait for an anchor that never answers, and tells it to stop', async () => {
    const runtime = new ManualRuntime();
    const told: AbortSignal[] = [];
    const silent = anchor((_head, signal) => (told.push(signal), never()));
    const signing = signAndKeep({ signer: keySigner(key), anchors: [silent] }, aHead(), runtime);
    const { failures } = await passing(runtime, signing, 6_000);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(AnchorFailedError);
    expect(failures[0]?.problem).toContain('no answer within 5000 ms');
    expect(told[0]?.aborted).toBe(true);
  });

  it.each<[string, Partial<EvidenceSigner>]>([
    ['fails', { sign: () => Promise.reject(new Error('the KMS is away')) }],
    [
      'throws at once',
      {
        sign: () => {
          throw new TypeError('the KMS is away');
        },
      },
    ],
    ['gives no signature', { sign: () => Promise.resolve(new Uint8Array(70)) }],
    ['gives something else', { sign: () => Promise.resolve('sig' as unknown as Uint8Array) }],
    ['signs with another key', { sign: (...args) => keySigner(aKeyPair().key).sign(...args) }],
  ])('is refused where the signer %s', async (_what, broken) => {
    const memory = memoryAnchor();
    const signer = { ...keySigner(key), ...broken };
    const error = await failureOf(signAndKeep({ signer, anchors: [memory] }, aHead(), nodeRuntime));
    expect(error).toBeInstanceOf(SigningFailedError);
    expect(memory.kept).toEqual([]);
  });

  it('does not wait for a signer that never answers', async () => {
    const runtime = new ManualRuntime();
    const signer = { keyId: 'kms', sign: never };
    const error = await failureOf(
      passing(runtime, signAndKeep({ signer, anchors: [] }, aHead(), runtime), 6_000),
    );
    expect(String(error)).toContain('no answer within 5000 ms');
  });
});
