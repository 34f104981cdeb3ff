/** Kind of what an envelope holds: a statement of in-toto. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** A signature in an {@link Envelope}. */
export interface EnvelopeSignature {
  /** Which key; a hint that proves nothing. */
  readonly keyid: string;
  /** Ed25519, in base64. */
  readonly sig: string;
}

/** A signed text: an envelope of DSSE, the Dead Simple Signing Envelope v1. */
export interface Envelope {
  readonly payloadType: typeof PAYLOAD_TYPE;
  /** The text in UTF-8, in base64. */
  readonly payload: string;
  readonly signatures: readonly EnvelopeSignature[];
}

/** What a signature is over: the pre-authentication encoding of DSSE v1. */
export function signedBytes(payload: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `),
    payload,
  ]);
}

/** The envelope that a JSON text is, if it is one. */
export function envelopeOf(text: string): Envelope | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Envelope, unknown>> | null;
    const { payloadType, payload, signatures } = value ?? {};
    const isEnvelope =
      payloadType === PAYLOAD_TYPE && typeof payload === 'string' && Array.isArray(signatures);
    return isEnvelope && signatures.every(isSignature) ? { payloadType, payload, signatures } : undefined;
  } catch {
    return undefined;
  }
}

function isSignature(value: unknown): value is EnvelopeSignature {
  const { keyid, sig } = (value ?? {}) as Partial<Record<keyof EnvelopeSignature, unknown>>;
  return typeof keyid === 'string' && typeof sig === 'string';
}
