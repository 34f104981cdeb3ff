import { GENESIS_HASH, isSequenceNumber, type ChainEnd } from '../audit/chain.js';
import { VERSION } from '../version.js';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'https://github.com/nestjs-flamingock/nestjs-flamingock/head/v1';
const LIBRARY = '@nestjs-flamingock/core';

/** What is stated of a history: where it ended, when, and who had written its last entry. */
export interface HeadFacts extends ChainEnd {
  readonly service: string;
  /** When it was signed, on the audit store's clock: ISO 8601, UTC. */
  readonly createdAt: string;
  /** The execution that has recorded the last entry. */
  readonly executionId: string;
}

/** The facts as a statement of in-toto v1, in JSON. */
export function statementText({ service, seq, hash, createdAt, executionId }: HeadFacts): string {
  return JSON.stringify({
    _type: STATEMENT_TYPE,
    subject: [{ name: `history of ${service}`, digest: { sha256: hash } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      service,
      seq,
      hash,
      createdAt,
      executionId,
      library: { name: LIBRARY, version: VERSION },
    },
  });
}

/** The facts of a statement, if the text is one about the head of a history. */
export function factsOf(text: string): HeadFacts | undefined {
  try {
    const { _type, predicateType, subject, predicate } = JSON.parse(text) as Partial<Statement>;
    if (_type !== STATEMENT_TYPE || predicateType !== PREDICATE_TYPE || !isFacts(predicate)) return undefined;
    const { service, seq, hash, createdAt, executionId } = predicate;
    // The digest of the subject is what other tools go by: it may not say anything else.
    return subject?.[0]?.digest?.sha256 === hash ? { service, seq, hash, createdAt, executionId } : undefined;
  } catch {
    return undefined;
  }
}

interface Statement {
  readonly _type: unknown;
  readonly predicateType: unknown;
  readonly subject: readonly { readonly digest?: { readonly sha256?: unknown } }[];
  readonly predicate: unknown;
}

function isFacts(value: unknown): value is HeadFacts {
  const facts = (value ?? {}) as Partial<Record<keyof HeadFacts, unknown>>;
  const { service, seq, hash, createdAt, executionId } = facts;
  const isDate = typeof createdAt === 'string' && !Number.isNaN(Date.parse(createdAt));
  const isHash = typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) && hash !== GENESIS_HASH;
  return isSequenceNumber(seq) && isHash && isDate && [service, executionId].every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
