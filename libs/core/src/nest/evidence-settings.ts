import type { Evidence, EvidenceAnchor } from '../evidence/anchor.js';
import { keySigner, type EvidenceSigner } from '../evidence/signer.js';
import { shown } from '../errors/option-names.js';
import { errorText } from '../errors/error-text.js';
import { readText } from '../runtime/node-runtime.js';

/** Who signs where the history ends, and where that is kept. */
export interface EvidenceSettings {
  /**
   * An Ed25519 private key as the text of a PEM file, or what signs with one that it does not give away.
   *
   * @default nobody signs
   */
  readonly key?: string | EvidenceSigner;
  /** Path of a PEM file with the key. Without effect where `key` is set. */
  readonly keyFile?: string;
  /**
   * Where signed heads are kept, besides the reports of runs.
   *
   * @default []
   */
  readonly anchors?: readonly EvidenceAnchor[];
  /**
   * Address of the test run of this build, of http: or https:, at most 2,000 characters, without credentials. It is
   * recorded with each change that this build executes or undoes, and is in the compliance report.
   *
   * @default none is recorded
   */
  readonly tests?: string;
}

/** Longest address of a test run, in characters. */
const LONGEST_ADDRESS = 2_000;

/** Who signs heads and where they are kept, as settings say, and what is wrong with these. */
export function resolveEvidence({ key, keyFile, anchors = [], tests }: EvidenceSettings): {
  readonly evidence: Evidence | undefined;
  readonly tests: string | undefined;
  readonly faults: readonly string[];
} {
  const faults = anchorFaults(anchors);
  const signer = signerOf(key, keyFile, faults);
  if (signer === undefined && faults.length === 0 && anchors.length > 0)
    faults.push(
      'evidence.anchors keep what is signed, and nobody signs: set evidence.key or FLAMINGOCK_EVIDENCE_KEY_FILE',
    );
  if (tests !== undefined) faults.push(...addressFaults(tests));
  return { evidence: signer && { signer, anchors }, tests, faults };
}

/** It stays in the history, so no credentials are repeated. */
function addressFaults(tests: unknown): string[] {
  const where = 'evidence.tests (FLAMINGOCK_EVIDENCE_TESTS)';
  const isAddress = typeof tests === 'string' && tests.length <= LONGEST_ADDRESS && URL.canParse(tests);
  const { protocol = '', username = '', password = '' } = isAddress ? new URL(tests) : {};
  if (protocol !== 'http:' && protocol !== 'https:')
    return [`${where} must be an address of http: or https: of at most ${LONGEST_ADDRESS} characters`];
  return username + password === '' ? [] : [`${where} has credentials in it, and is kept in the history`];
}

/** No fault has anything of a key in it. */
function signerOf(
  key: EvidenceSettings['key'],
  keyFile: EvidenceSettings['keyFile'],
  faults: string[],
): EvidenceSigner | undefined {
  if (typeof key === 'object') {
    if (isSigner(key)) return key;
    faults.push('evidence.key must be the text of a PEM file, or a signer { keyId, sign(bytes) }');
    return undefined;
  }
  if (key !== undefined) return fromPem(key, 'evidence.key', faults);
  if (keyFile === undefined) return undefined;
  const where = `evidence.keyFile (FLAMINGOCK_EVIDENCE_KEY_FILE), ${shown(keyFile)},`;
  try {
    return fromPem(readText(keyFile), where, faults);
  } catch (error) {
    faults.push(`${where} cannot be read: ${errorText(error)}`);
    return undefined;
  }
}

function fromPem(pem: string, where: string, faults: string[]): EvidenceSigner | undefined {
  try {
    return keySigner(pem);
  } catch (error) {
    faults.push(
      `${where} ${(error as TypeError).message}: make one with \`openssl genpkey -algorithm ed25519 -out evidence.pem\``,
    );
    return undefined;
  }
}

function anchorFaults(anchors: readonly EvidenceAnchor[]): string[] {
  if (!Array.isArray(anchors)) return [`evidence.anchors must be a list of anchors, not ${shown(anchors)}`];
  return (anchors as readonly unknown[]).flatMap((anchor, index) => {
    if (isAnchor(anchor)) return anchor.faults ?? [];
    return [`evidence.anchors[${index}] must be an anchor { name, keep(statement) }, not ${shown(anchor)}`];
  });
}

function isSigner(value: unknown): value is EvidenceSigner {
  const { keyId, sign } = (value ?? {}) as Partial<Record<keyof EvidenceSigner, unknown>>;
  return typeof keyId === 'string' && typeof sign === 'function';
}

function isAnchor(value: unknown): value is EvidenceAnchor {
  const { name, keep } = (value ?? {}) as Partial<Record<keyof EvidenceAnchor, unknown>>;
  return typeof name === 'string' && typeof keep === 'function';
}
