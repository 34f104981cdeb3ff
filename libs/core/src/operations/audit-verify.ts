import type { AuditEntry } from '../audit/audit-entry.js';
import { isSettled, type AuditHead } from '../audit/audit-head.js';
import { createSnapshot } from '../audit/audit-snapshot.js';
import { AcceptingWalk } from '../audit/accepting-walk.js';
import { CHAIN_START, type ChainEnd } from '../audit/chain.js';
import { cutFault, identityFault, placeOf, type ChainFault } from '../audit/chain-walk.js';
import { at, headFault, tokenFault } from '../audit/head-faults.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import { LedgerTamperedError } from '../decisions/decision.errors.js';
import type { Engine } from '../run/engine.js';
import { planExecution } from '../plan/execution-planner.js';
import type { Pipeline } from '../plan/pipeline.js';
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
      /** Entries that were changed, and that an operator has accepted. */
      readonly accepted: readonly ChainFault[];
      /** How many decisions there are. */
      readonly decisions: number;
    }
  | {
      readonly ok: false;
      /** Set where there is no history at all, so that nothing was verified. */
      readonly absent?: true;
      /** Set where the entries are unchanged, and the fault is in the ledger of decisions. */
      readonly inDecisions?: true;
      /** Place of the first broken entry, or decision; 0 where there is none. */
      readonly seq: number;
      /** Its change; absent where there is no such entry. */
      readonly changeId?: string;
      /**
       * What is wrong with it, in words that follow "entry 3": `content does not match its hash`.
       * Where there is no history, what was looked for and where.
       */
      readonly fault: string;
    };

/**
 * Walks the whole chain, in bounded memory, up to its first fault that no finding has accepted; then looks at the head,
 * and walks the decisions.
 * Takes no lock: entries that a run appends meanwhile are walked too.
 */
export async function auditVerify(
  engine: Engine,
  { expectHead = CHAIN_START }: AuditVerifyRequest = {},
): Promise<AuditVerification> {
  const begun = await readHead(engine);
  const head = begun ?? CHAIN_START;
  const walk = new AcceptingWalk();
  const lastOfEach = new Map<string, AuditEntry>();
  for await (const entry of auditExport(engine)) {
    const fault =
      walk.step(entry) ?? identityFault(entry, head, HEAD) ?? identityFault(entry, expectHead, EXPECTED);
    if (fault) return { ok: false, ...placeOf(walk.broken[0] ?? fault) };
    lastOfEach.delete(entry.changeId);
    lastOfEach.set(entry.changeId, entry);
  }
  const { last, broken, accepted } = walk;
  if (!begun && last.seq === 0) return { ok: false, absent: true, seq: 0, fault: await absence(engine) };
  const fault =
    broken[0] ??
    cutFault(last, head, HEAD) ??
    cutFault(last, expectHead, EXPECTED) ??
    (await faultAbove(engine, [...lastOfEach.values()]));
  if (fault) return { ok: false, ...placeOf(fault) };
  const decisions = await countDecisions(engine);
  if (decisions instanceof LedgerTamperedError)
    return { ok: false, inDecisions: true, seq: decisions.seq, fault: decisions.fault };
  const { seq, hash } = last;
  return { ok: true, entries: seq, head: { seq, hash }, accepted: accepted.map(placeOf), decisions };
}

async function countDecisions({ pipeline, store }: Engine): Promise<number | LedgerTamperedError> {
  let last = 0;
  try {
    for await (const { seq } of new DecisionLedger(store, pipeline.service).read()) last = seq;
    return last;
  } catch (error) {
    if (error instanceof LedgerTamperedError) return error;
    throw error;
  }
}

async function absence({ pipeline: { service }, store }: Engine): Promise<string> {
  const where = await store.describe();
  return `there is no history of service "${service}" in ${where}`;
}

/** The head is read once more: it has moved on with the entries that were appended during the walk. */
async function faultAbove(engine: Engine, lastOfEach: AuditEntry[]): Promise<ChainFault | undefined> {
  const { pipeline, store } = engine;
  const tail = lastOfEach.at(-1);
  const head = await readHead(engine);
  const fault = headFault(tail, head);
  if (fault || !head) return fault;
  // After the head, which is raised to what the lock has given out, and never before.
  const lock = await store.lock.read(pipeline.service);
  return tokenFault(tail, head, lock) ?? settlementFault(pipeline, head, lastOfEach);
}

/** A head that is marked as settled spares a start the look into the history: it must be true. */
function settlementFault(
  pipeline: Pipeline,
  head: AuditHead,
  lastOfEach: readonly AuditEntry[],
): ChainFault | undefined {
  const tail = lastOfEach.at(-1);
  if (!isSettled(head, pipeline.digest) || head.seq !== (tail?.seq ?? 0)) return undefined;
  const { stages } = planExecution(pipeline, createSnapshot(lastOfEach));
  const open = stages.flatMap(({ changes }) => changes).find(({ action }) => action !== 'SKIP');
  if (!open) return undefined;
  return at(
    tail,
    `is under a head that was edited: it says that nothing is left to do, and "${open.change.id}" is`,
  );
}

function readHead({ pipeline, store }: Engine) {
  return store.readHead(pipeline.service);
}
