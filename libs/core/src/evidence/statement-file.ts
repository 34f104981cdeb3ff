import { verify, type KeyObject } from 'node:crypto';
import { envelopeOf, signedBytes, type Envelope } from './envelope.js';
import type { HeldHead } from './anchor.js';
import { StatementsRefusedError } from './evidence.errors.js';
import { factsOf } from './head-statement.js';
import { keyIdOf, publicKeysOf } from './signer.js';

/** Signed heads that were kept elsewhere, and whose they are. */
export interface KeptStatements {
  /** One envelope, or one a line, as anchors keep them. */
  readonly statements: string;
  /** The public key of the signer as PEM; of earlier signers too, one after the other. */
  readonly publicKey: string;
}

/** More lines than this are not told one by one. */
const MOST_FAULTS = 20;

/**
 * The heads that statements say the history of a service had, in the order in which they stand.
 *
 * @throws StatementsRefusedError for every one that is none, is not signed by the key, or is about another service.
 */
export function statedHeads({ statements, publicKey }: KeptStatements, service: string): HeldHead[] {
  const keys = keysOf(publicKey);
  const texts = linesOf(statements);
  if (texts.length === 0) throw new StatementsRefusedError(['there is no statement: the file is empty']);
  const heads: HeldHead[] = [];
  const faults: string[] = [];
  for (const [line, text] of texts) {
    const head = read(text, keys, service);
    if (typeof head === 'string') faults.push(`line ${line} ${head}`);
    else heads.push(head);
  }
  if (faults.length === 0) return heads;
  const rest = faults.length - MOST_FAULTS;
  throw new StatementsRefusedError([
    ...faults.slice(0, MOST_FAULTS),
    ...(rest > 0 ? [`and ${rest} more lines`] : []),
  ]);
}

function keysOf(pem: string): KeyObject[] {
  try {
    return publicKeysOf(pem);
  } catch (error) {
    throw new StatementsRefusedError([`the public key ${(error as TypeError).message}`]);
  }
}

/** An envelope may have been printed over several lines. */
function linesOf(text: string): (readonly [line: number, text: string])[] {
  if (envelopeOf(text)) return [[1, text]];
  return text
    .split(/\r?\n/)
    .map((line, index) => [index + 1, line] as const)
    .filter(([, line]) => line.trim() !== '');
}

/** The head, or what is wrong with the statement, in words that follow "line 3". */
function read(text: string, keys: readonly KeyObject[], service: string): HeldHead | string {
  const envelope = envelopeOf(text);
  if (!envelope) return 'is no signed head: it is not a DSSE envelope of an in-toto statement';
  const payload = Buffer.from(envelope.payload, 'base64');
  const key = signerOf(envelope, payload, keys);
  if (!key) return wrongSignature(envelope, keys);
  const facts = factsOf(payload.toString('utf8'));
  if (!facts) return 'is signed by the key, and says nothing about the head of a history';
  if (facts.service !== service)
    return `is about service ${JSON.stringify(facts.service)}, not "${service}": give the statements of this one`;
  const { seq, hash, createdAt } = facts;
  return { seq, hash, createdAt, keyId: keyIdOf(key) };
}

function signerOf(
  { signatures }: Envelope,
  payload: Buffer,
  keys: readonly KeyObject[],
): KeyObject | undefined {
  const bytes = signedBytes(payload);
  const isBy = (key: KeyObject) =>
    signatures.some(({ sig }) => verify(null, bytes, key, Buffer.from(sig, 'base64')));
  return keys.find(isBy);
}

function wrongSignature({ signatures }: Envelope, keys: readonly KeyObject[]): string {
  const given = keys.map(keyIdOf);
  const named = signatures.map(({ keyid }) => keyid);
  if (named.length === 0) return 'has no signature';
  if (named.some((keyid) => given.includes(keyid)))
    return 'does not match its signature: it was altered after it was signed';
  return `is not signed by the key that was given (${given.join(', ')}): it names ${named.map((one) => JSON.stringify(one)).join(', ')}`;
}
