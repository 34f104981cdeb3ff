import type { ChainEnd } from '../audit/chain.js';
import type { Envelope } from './envelope.js';
import type { HeadFacts } from './head-statement.js';
import type { EvidenceSigner } from './signer.js';

/** A head of a history with its signature. */
export interface SignedHead extends HeadFacts {
  readonly keyId: string;
  /** What to keep, as one line of JSON: it says all of the above, and proves it. */
  readonly envelope: Envelope;
}

/** A place out of reach of whoever may write the audit store, that keeps signed heads. */
export interface EvidenceAnchor {
  /** Names it in messages, without credentials. */
  readonly name: string;
  /** What is wrong with the options that it was made with. The start tells it together with all else, and ends. */
  readonly faults?: readonly string[];
  /**
   * Resolves once the statement is kept, such that it survives a crash. `signal` aborts when nobody waits for it any
   * more. It may be asked to keep statements of other services, and one statement twice.
   */
  keep(statement: SignedHead, signal: AbortSignal): Promise<void>;
}

/** Who signs heads, and where they are kept. */
export interface Evidence {
  readonly signer: EvidenceSigner;
  readonly anchors: readonly EvidenceAnchor[];
}

/** A signed head that the history still contains. */
export type HeldHead = ChainEnd & Pick<SignedHead, 'createdAt' | 'keyId'>;
