import type { ChainEnd } from '../audit/audit-chain.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { CHAIN_START, cutFault, identityFault, linkFault, type ChainFault } from '../audit/chain-walk.js';
import { reachStore } from '../audit/reach.js';
import type { Engine } from '../pipeline/engine.js';
import { auditExport } from './audit-export.js';

const HEAD = 'the head of the history';
const EXPECTED = 'the head that was kept elsewhere';

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

/**
 * Walks the whole chain, in bounded memory, up to its first fault. Takes no lock: entries
 * that a run appends meanwhile are walked too.
 */
export async function auditVerify(
  engine: Engine,
  { expectHead = CHAIN_START }: AuditVerifyRequest = {},
): Promise<AuditVerification> {
  const head = (await readHead(engine)) ?? CHAIN_START;
  let last: ChainEnd = CHAIN_START;
  let tail: AuditEntry | undefined;
  for await (const entry of auditExport(engine)) {
    const fault =
      linkFault(last, entry) ??
      identityFault(entry, head, HEAD) ??
      identityFault(entry, expectHead, EXPECTED);
    if (fault) return { ok: false, ...fault };
    last = entry;
    tail = entry;
  }
  const fault =
    cutFault(last, head, HEAD) ?? cutFault(last, expectHead, EXPECTED) ?? (await headFault(engine, tail));
  if (fault) return { ok: false, ...fault };
  return { ok: true, entries: last.seq, head: { seq: last.seq, hash: last.hash } };
}

/** Read once more: it has moved on with whatever was appended during the walk. */
async function headFault(engine: Engine, tail: AuditEntry | undefined): Promise<ChainFault | undefined> {
  if (!tail) return undefined;
  const head = await readHead(engine);
  const { seq, changeId } = tail;
  if (!head) return { seq, changeId, fault: 'has no head above it: the head of the history is missing' };
  if (head.seq < seq) return { seq, changeId, fault: `is beyond the head, which names entry ${head.seq}` };
  return identityFault(tail, head, HEAD);
}

function readHead({ pipeline, store }: Engine) {
  return reachStore(pipeline.service, () => store.readHead(pipeline.service));
}
