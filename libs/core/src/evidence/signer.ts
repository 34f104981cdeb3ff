import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';

/** Signs with Ed25519, by a key that it alone has: in a KMS, an HSM, or in this process. */
export interface EvidenceSigner {
  /** Names the key, for those who look for the public one. */
  readonly keyId: string;
  /** The public key as PEM: with it each signature is checked before it is kept. */
  readonly publicKey?: string;
  /**
   * The Ed25519 signature of these bytes as they are, not of a digest of them: 64 bytes. `signal` aborts when nobody
   * waits for it any more.
   */
  sign(bytes: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

/**
 * Signs with the private key that this PEM text has.
 *
 * @throws TypeError saying what is wrong with it, and nothing of its content.
 */
export function keySigner(pem: string): EvidenceSigner {
  const key = ed25519(() => createPrivateKey(pem), 'private key');
  const publicKey = createPublicKey(key);
  return {
    keyId: keyIdOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    sign: (bytes) => Promise.resolve(sign(null, bytes, key)),
  };
}

const PEM = /-----BEGIN [A-Z0-9 ]+-----[^-]*-----END [A-Z0-9 ]+-----/g;

/**
 * The public keys that a PEM text has, the one of today and earlier ones.
 *
 * @throws TypeError saying what is wrong with it.
 */
export function publicKeysOf(pem: string): KeyObject[] {
  const blocks = pem.match(PEM) ?? [pem];
  return blocks.map((block) => ed25519(() => createPublicKey(block), 'public key'));
}

/** Names a key by the SHA-256 of its public part (DER), in hexadecimal. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function ed25519(read: () => KeyObject, noun: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    // What OpenSSL says names routines of its own, and helps nobody.
    throw new TypeError(`is no ${noun} in PEM form, or one with a passphrase`);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new TypeError(`is a ${noun} of type ${String(key.asymmetricKeyType)}, not Ed25519`);
}
