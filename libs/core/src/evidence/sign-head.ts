import { verify } from 'node:crypto';
import { errorText } from '../errors/error-text.js';
import { boundedSignal } from '../runtime/bounded-signal.js';
import { unlessAborted } from '../runtime/abort.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Evidence, EvidenceAnchor, SignedHead } from './anchor.js';
import { PAYLOAD_TYPE, signedBytes } from './envelope.js';
import { AnchorFailedError, SigningFailedError } from './evidence.errors.js';
import { statementText, type HeadFacts } from './head-statement.js';
import { publicKeysOf, type EvidenceSigner } from './signer.js';

/** Milliseconds for one answer of a signer or an anchor: what waits for it is no more than the end of a run. */
const ANSWER_MS = 5_000;

const SIGNATURE_BYTES = 64;

type Timer = Pick<Runtime, 'timer'>;

/** What became of a head that was to be signed and kept. */
export interface KeptHead {
  readonly head: SignedHead;
  /** One for each anchor that did not keep it. */
  readonly failures: readonly AnchorFailedError[];
}

/**
 * Signs the head of a history, and has every anchor keep it, all at the same time.
 *
 * @throws SigningFailedError
 */
export async function signAndKeep(
  { signer, anchors }: Evidence,
  facts: HeadFacts,
  runtime: Timer,
): Promise<KeptHead> {
  const head = await signed(signer, facts, runtime);
  const kept = await Promise.all(anchors.map((anchor) => keep(anchor, head, runtime)));
  return { head, failures: kept.filter((failure) => failure !== undefined) };
}

async function signed(signer: EvidenceSigner, facts: HeadFacts, runtime: Timer): Promise<SignedHead> {
  const { keyId } = signer;
  const payload = Buffer.from(statementText(facts));
  const bytes = signedBytes(payload);
  try {
    const signature = await inTime(runtime, (signal) => signer.sign(bytes, signal));
    assertSignature(signer, bytes, signature);
    const sig = Buffer.from(signature).toString('base64');
    const envelope = {
      payloadType: PAYLOAD_TYPE,
      payload: payload.toString('base64'),
      signatures: [{ keyid: keyId, sig }],
    } as const;
    return { ...facts, keyId, envelope };
  } catch (cause) {
    throw new SigningFailedError(keyId, cause);
  }
}

/** A signature that nobody can verify later is found now, while it can be made anew. */
function assertSignature({ publicKey }: EvidenceSigner, bytes: Buffer, signature: Uint8Array): void {
  if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES)
    throw new TypeError(`it gave no Ed25519 signature, which has ${SIGNATURE_BYTES} bytes`);
  if (publicKey === undefined) return;
  if (!publicKeysOf(publicKey).some((key) => verify(null, bytes, key, signature)))
    throw new TypeError('its signature does not match its public key');
}

async function keep(
  anchor: EvidenceAnchor,
  head: SignedHead,
  runtime: Timer,
): Promise<AnchorFailedError | undefined> {
  try {
    await inTime(runtime, (signal) => anchor.keep(head, signal));
    return undefined;
  } catch (error) {
    return error instanceof AnchorFailedError
      ? error
      : new AnchorFailedError(anchor.name, `failed: ${errorText(error)}`);
  }
}

/** The signal tells `work` to end, and nobody waits for one that does not. */
async function inTime<T>(runtime: Timer, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const never = new AbortController().signal;
  const late = (ms: number) => new TypeError(`no answer within ${ms} ms`);
  const bounded = boundedSignal(never, ANSWER_MS, late, runtime);
  try {
    return await unlessAborted(
      bounded.signal,
      Promise.resolve().then(() => work(bounded.signal)),
    );
  } finally {
    bounded.clear();
  }
}
