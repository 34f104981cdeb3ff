import { acceptanceOf, AcceptingWalk, type BrokenEntry } from '../audit/accepting-walk.js';
import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { AuditState } from '../audit/audit-state.js';
import { AuditTamperedError } from '../audit/audit.errors.js';
import { placeOf, type ChainFault } from '../audit/chain-walk.js';
import { unusable } from '../target-system/target-system.errors.js';
import { isBeyond } from '../run/forgotten-claims.js';
import { separateTargets } from '../executor/separate-targets.js';
import type { LockHold } from '../lock/lock-store.js';
import type { Engine } from '../run/engine.js';
import { useTargets } from '../plan/pipeline.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { isBehind, lostChanges, recordedClaim, type LostWrites } from '../recovery/lost-writes.js';
import type { TransactionalTargetSystem } from '../target-system/target-system.js';
import { auditExport } from './audit-export.js';
import {
  findingsFor,
  publicOf,
  questionsOf,
  type ChangeInQuestion,
  type Finding,
  type Resolution,
} from './changes-in-question.js';
import { exclusively } from './exclusively.js';
import { operatorMetadata, operatorOf, type Operation } from './operation-context.js';
import { ReconcileRefusedError } from './operation.errors.js';

/** What an operator found out about the changes in question. Without any finding, nothing is recorded. */
export interface AuditReconcileRequest {
  /** Changes of which all is in the target system. */
  readonly executed?: readonly string[];
  /** Changes of which nothing is in the target system. */
  readonly rolledBack?: readonly string[];
  /** The finding about every other change in question. */
  readonly others?: Resolution;
}

/** What audit store and target systems say of each other, and what was recorded about it. */
export interface AuditReconciliation {
  /** Target systems that contradict the audit store, because one of the two has lost writes. */
  readonly lostWrites: readonly LostWrites[];
  /** Entries that were changed, and were not accepted. */
  readonly broken: readonly ChainFault[];
  /** Changes that need an operator's finding before anything runs again. */
  readonly inQuestion: readonly ChangeInQuestion[];
  /** What this call recorded about them; empty where it only looked. */
  readonly recorded: readonly { readonly changeId: string; readonly state: AuditState }[];
}

/** How far ahead of the head a forgotten fence is kept. */
const AHEAD = 1;

interface Survey {
  readonly lostWrites: readonly LostWrites[];
  readonly broken: readonly BrokenEntry[];
  /** Token above which the next holder's must be. */
  readonly floor: number;
}

/**
 * Finds out whether audit store and target systems still know of each other what they should, and
 * whether every entry is unchanged. With an operator's findings, records them for every
 * change in question, and then lets this history claim the target systems again.
 *
 * @throws ReconcileRefusedError, before anything happens, unless there is exactly one finding for
 * each change in question; AuditTamperedError where entries are missing, which no finding can accept;
 * TargetSystemUnavailableError, LockTimeoutError, AuditStoreUnavailableError
 */
export async function auditReconcile(
  engine: Engine,
  request: AuditReconcileRequest,
  operation: Operation,
): Promise<AuditReconciliation> {
  const giveBack = useTargets(engine.pipeline);
  const survey = await look(engine).finally(() => giveBack());
  const { lostWrites, broken, floor } = survey;
  const seen = { lostWrites, broken: broken.map(placeOf) };
  const { executed = [], rolledBack = [], others } = request;
  if (executed.length === 0 && rolledBack.length === 0 && others === undefined) {
    const questions = questionsOf(engine, survey, await readSnapshot(engine.store, engine.pipeline.service));
    return { ...seen, inQuestion: questions.map(publicOf), recorded: [] };
  }
  const findingsIn = (snapshot: AuditSnapshot) => {
    const questions = questionsOf(engine, survey, snapshot);
    if (questions.length === 0 && lostWrites.length === 0) throw new ReconcileRefusedError([]);
    return findingsFor(questions, request);
  };
  const beforeClaim = async (hold: LockHold): Promise<void> => {
    findingsIn(await readSnapshot(engine.store, engine.pipeline.service));
    await keepAhead(engine, lostWrites, hold);
  };
  const done = await exclusively(
    engine,
    { ...operation, reconciling: { above: floor, beforeClaim } },
    async (session) => {
      const findings = findingsIn(session.snapshot);
      const recorded = await record(engine, findings, operation, session);
      const inQuestion = findings.map(({ question }) => publicOf(question));
      return { ...seen, inQuestion, recorded, above: session.lease.token + AHEAD };
    },
  );
  const { above, ...reconciliation } = done;
  if (lostWrites.length > 0) {
    await exclusively(engine, { ...operation, reconciling: { above } }, (session) =>
      claimAgain(engine, lostWrites, session),
    );
  }
  return reconciliation;
}

async function look(engine: Engine): Promise<Survey> {
  const { pipeline, store } = engine;
  const { service } = pipeline;
  // Before the head: a run that is going on claims the head first and its targets after that.
  const before = await readSnapshot(engine.store, engine.pipeline.service);
  const looks = separateTargets(engine).map(async ({ id, markers }) => ({
    targetSystem: id,
    fence: await reachTarget(id, () => markers.look(service)),
    kept: await reachTarget(id, () => markers.list(service)),
  }));
  const targets = await Promise.all(looks);
  const head = await store.readHead(service);
  const snapshot = await readSnapshot(engine.store, engine.pipeline.service);
  const lostWrites = targets.flatMap(({ targetSystem, fence, kept }): LostWrites[] => {
    const recorded = recordedClaim(snapshot, targetSystem);
    const facts = { targetSystem, recorded, found: fence?.token ?? 0, changeIds: [] };
    // What is recorded before it is proven, and proven before it is recorded, while a run goes on.
    const unrecorded = lostChanges(targetSystem, fence, kept, snapshot);
    const unproven = lostChanges(targetSystem, fence, kept, before);
    if (isBehind(fence, recorded)) {
      // The loss may reach into the claim that is left.
      const changeIds = unproven?.lostBy === 'target-system' ? unproven.changeIds : [];
      return [{ ...facts, lostBy: 'target-system', changeIds }];
    }
    if (fence && isBeyond(fence, head)) return [{ ...facts, lostBy: 'audit-store' }];
    return [
      ...(unrecorded?.lostBy === 'audit-store' ? [unrecorded] : []),
      ...(unproven?.lostBy === 'target-system' ? [unproven] : []),
    ];
  });
  const broken = await brokenEntries(engine);
  return { lostWrites, broken, floor: Math.max(0, ...lostWrites.map(({ found }) => found)) };
}

async function brokenEntries(engine: Engine): Promise<readonly BrokenEntry[]> {
  const walk = new AcceptingWalk();
  for await (const entry of auditExport(engine)) {
    const fault = walk.step(entry);
    if (fault) throw new AuditTamperedError(engine.pipeline.service, `entry ${fault.seq} ${fault.fault}`);
  }
  return walk.broken;
}

async function record(
  { events }: Engine,
  findings: readonly Finding[],
  operation: Operation,
  { journal }: ExclusiveSession,
): Promise<AuditReconciliation['recorded']> {
  const { service, executionId } = journal;
  const recorded: AuditReconciliation['recorded'][number][] = [];
  for (const { question, resolution } of findings) {
    const state = `MANUAL_MARKED_AS_${resolution}` as const;
    const accepted = question.broken ? acceptanceOf(question.broken) : {};
    const metadata = { ...operatorMetadata(operation), ...accepted };
    await journal.append(question.subject, { state, operation: 'FIX', at: journal.now(), metadata });
    const { changeId } = question;
    events.publish('issue.resolved', { service, executionId, changeId, state, ...operatorOf(operation) });
    recorded.push({ changeId, state });
  }
  return recorded;
}

/**
 * Keeps a fence that the audit store has forgotten beyond the head that is about to be claimed, so
 * that a start finds it as long as not everything is recorded.
 */
async function keepAhead(engine: Engine, lostWrites: readonly LostWrites[], hold: LockHold): Promise<void> {
  const forgotten = lostWrites.filter(({ lostBy }) => lostBy === 'audit-store');
  for (const { id, markers } of targetsOf(engine, forgotten)) {
    const ahead = { ...hold, token: hold.token + AHEAD };
    await reachTarget(id, () => markers.claim(ahead));
  }
}

/** Last of all: from here on no start finds anything any more. */
async function claimAgain(
  engine: Engine,
  lostWrites: readonly LostWrites[],
  { lease, retry }: ExclusiveSession,
): Promise<void> {
  for (const target of targetsOf(engine, lostWrites)) {
    const { id, markers } = target;
    await reachTarget(id, () => retry.run(target, () => markers.prepare()));
    await reachTarget(id, () => retry.run(target, () => markers.claim(lease.hold)));
    const ended = lostWrites.flatMap(({ targetSystem, changeIds }) => (targetSystem === id ? changeIds : []));
    await reachTarget(id, () => retry.run(target, () => markers.clear(lease.hold, ended)));
  }
}

function targetsOf(engine: Engine, lostWrites: readonly LostWrites[]): TransactionalTargetSystem[] {
  const lost = new Set(lostWrites.map(({ targetSystem }) => targetSystem));
  return separateTargets(engine).filter(({ id }) => lost.has(id));
}

async function reachTarget<T>(targetSystem: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw unusable(targetSystem, cause);
  }
}
