import type { ChainEnd } from '../audit/audit-chain.js';
import type { Engine } from '../pipeline/engine.js';

/** What a verification goes by. */
export interface AuditVerifyRequest {
  /** An end of the history that was kept elsewhere: the history must still lead through it. */
  readonly expectHead?: ChainEnd;
}

/** What walking the whole chain has shown. */
export type AuditVerification =
  | {
      readonly ok: true;
      /** How many entries there are. */
      readonly entries: number;
      /** Where the history ends; keep it elsewhere to detect a rewritten history. */
      readonly head: ChainEnd;
    }
  | {
      readonly ok: false;
      /** Place of the first broken entry. */
      readonly seq: number;
      /** Its change; absent where there is no such entry. */
      readonly changeId?: string;
      /** What is wrong with it, in words that follow "entry 3": `content does not match its hash`. */
      readonly fault: string;
    };

/** Walks the whole chain, in bounded memory, up to its first fault. Takes no lock. */
export async function auditVerify(
  _engine: Engine,
  _request: AuditVerifyRequest = {},
): Promise<AuditVerification> {
  throw new Error('not yet');
}
