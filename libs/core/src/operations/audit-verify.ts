import type { AuditEntry } from '../audit/audit-entry.js';
import { isSettled, type AuditHead } from '../audit/audit-head.js';
import { createSnapshot } from '../audit/audit-snapshot.js';
import { AcceptingWalk } from '../audit/accepting-walk.js';
import type { ChainEnd } from '../audit/chain.js';
import { placeOf, type ChainFault } from '../audit/chain-walk.js';
import { at, headFault, tokenFault } from '../audit/head-faults.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import { LedgerTamperedError } from '../decisions/decision.errors.js';
import { legacyId } from '../audit/legacy.js';
import type { HeldHead } from '../evidence/anchor.js';
import { statedHeads, type KeptStatements } from '../evidence/statement-file.js';
import type { Engine } from '../run/engine.js';
import { planExecution } from '../plan/execution-planner.js';
import type { Pipeline } from '../plan/pipeline.js';
import { auditExport } from './audit-export.js';
import { KnownHeads } from './known-heads.js';

/** What a verification goes by. */
export interface AuditVerifyRequest {
  /** An end of the history that was kept elsewhere: the history must still lead through it. */
  readonly expectHead?: ChainEnd;
  /** Signed heads that were kept elsewhere: the history must still lead through each of them. */
  readonly signed?: KeptStatements;
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
      /** The signed heads that were given, in the order of their entries: the history leads through all of them. */
      readonly signedHeads?: readonly HeldHead[];
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
      /** The last of the signed heads that were given through which the history leads: up to it, it is what was signed. */
      readonly heldUntil?: HeldHead;
    };

/**
 * Walks the whole chain, in bounded memory, up to its first fault that no finding has accepted; then looks at the head,
 * and walks the decisions.
 * Takes no lock: entries that a run appends meanwhile are walked too.
 *
 * @throws StatementsRefusedError, before anything is read, for what is no signed head of this history.
 */
export async function auditVerify(engine: Engine, request?: AuditVerifyRequest): Promise<AuditVerification> {
  const walk = verifiedHistory(engine, request);
  for (;;) {
    const next = await walk.next();
    if (next.done) return next.value;
  }
}

/** As {@link auditVerify}, entry by entry. One whose content was changed comes too; after one out of place none does. */
export async function* verifiedHistory(
  engine: Engine,
  { expectHead, signed }: AuditVerifyRequest = {},
): AsyncGenerator<AuditEntry, AuditVerification, undefined> {
  const stated = signed && statedHeads(signed, engine.pipeline.service);
  const begun = await readHead(engine);
  const known = new KnownHeads();
  if (begun) known.add(begun, 'the head of the history');
  if (expectHead) known.add(expectHead, 'the head that was kept elsewhere');
  if (stated) known.addSigned(stated);
  const walk = new AcceptingWalk();
  const ends = new Ends(engine.pipeline);
  const failed = (fault: ChainFault): AuditVerification => {
    const heldUntil = known.held.at(-1);
    return { ok: false, ...placeOf(fault), ...(heldUntil && { heldUntil }) };
  };
  for await (const entry of auditExport(engine)) {
    const fault = walk.step(entry) ?? known.faultAt(entry);
    if (fault) return failed(walk.broken[0] ?? fault);
    ends.note(entry);
    yield entry;
  }
  const { last, broken, accepted } = walk;
  if (!begun && last.seq === 0) return { ok: false, absent: true, seq: 0, fault: await absence(engine) };
  const fault = broken[0] ?? known.faultAfter(last) ?? (await faultAbove(engine, ends));
  if (fault) return failed(fault);
  const decisions = await countDecisions(engine);
  if (decisions instanceof LedgerTamperedError)
    return { ok: false, inDecisions: true, seq: decisions.seq, fault: decisions.fault };
  const { seq, hash } = last;
  return {
    ok: true,
    entries: seq,
    head: { seq, hash },
    accepted: accepted.map(placeOf),
    decisions,
    ...(stated && { signedHeads: known.held }),
  };
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

/** The entries that a look at the head needs, of a history of any length: the last one, and that of each change of the code. */
class Ends {
  tail: AuditEntry | undefined;
  private readonly lastOfEach = new Map<string, AuditEntry>();
  private readonly ids: ReadonlySet<string>;

  constructor({ stages }: Pipeline) {
    const changes = stages.flatMap((stage) => stage.changes);
    this.ids = new Set(
      changes.flatMap(({ id, replaces = [], target }) => [
        id,
        ...replaces.map((name) => legacyId(name, target.id)),
      ]),
    );
  }

  get entries(): readonly AuditEntry[] {
    return [...this.lastOfEach.values()];
  }

  note(entry: AuditEntry): void {
    this.tail = entry;
    if (this.ids.has(entry.changeId)) this.lastOfEach.set(entry.changeId, entry);
  }
}

async function absence({ pipeline: { service }, store }: Engine): Promise<string> {
  const where = await store.describe();
  return `there is no history of service "${service}" in ${where}`;
}

/** The head is read once more: it has moved on with the entries that were appended during the walk. */
async function faultAbove(engine: Engine, ends: Ends): Promise<ChainFault | undefined> {
  const { pipeline, store } = engine;
  const { tail } = ends;
  const head = await readHead(engine);
  const fault = headFault(tail, head);
  if (fault || !head) return fault;
  // After the head, which is raised to what the lock has given out, and never before.
  const lock = await store.lock.read(pipeline.service);
  return tokenFault(tail, head, lock) ?? settlementFault(pipeline, head, ends);
}

/** A head that is marked as settled spares a start the look into the history: it must be true. */
function settlementFault(
  pipeline: Pipeline,
  head: AuditHead,
  { tail, entries }: Ends,
): ChainFault | undefined {
  if (!isSettled(head, pipeline.digest) || head.seq !== (tail?.seq ?? 0)) return undefined;
  const { stages } = planExecution(pipeline, createSnapshot(entries));
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
