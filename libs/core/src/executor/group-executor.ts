import type { AuditFact, SubjectFact } from '../audit/audit-journal.js';
import type { AuditBatch, AuditStore } from '../audit/audit-store.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { LockLostError } from '../lock/lock.errors.js';
import { isTransactional, type TransactionOutcome } from '../target-system/target-system.js';
import {
  isGrouping,
  type GroupingTargetSystem,
  type MemberOutcome,
  type TransactionGroup,
} from '../target-system/transaction-group.js';
import { executionOf, failureFacts, type ChangeCall } from './change-call.js';
import { ChangeCaller, type RunResources } from './change-caller.js';
import { subjectOf, txStrategyOf, type ChangeOutcome } from './change-executor.js';
import { stopwatch } from './stopwatch.js';

/** More than 64 subtransactions of one transaction slow every other session of PostgreSQL down. */
export const MOST_CHANGES = 50;
/** Milliseconds after which no further change joins a group: its rows stay locked until the commit. */
const LONGEST_MS = 100;

/** What running a group came to. */
export interface GroupOutcome {
  /** The outcomes of its first changes: the last may have failed, and what follows it was not called. */
  readonly ended: ReadonlyMap<ChangeDescriptor, ChangeOutcome>;
  /** How many of the next changes have to be run one by one, as if nothing had happened: nothing of them is left. */
  readonly apart: number;
}

/** Calls `work` as part of a change. */
export type InChange = <T extends object>(change: ChangeDescriptor, work: () => Promise<T>) => Promise<T>;

/** The group's transaction has ended with it, or can only be rolled back. */
interface LostMember {
  readonly status: 'lost';
  readonly error: unknown;
}

/** One change of a group that was called. */
interface Member {
  readonly change: ChangeDescriptor;
  readonly call: ChangeCall;
  readonly started: AuditFact;
  readonly durationMs: number;
  /** Store time at which it ended. */
  readonly endedAt: number;
  readonly outcome: MemberOutcome | LostMember;
}

/**
 * Runs consecutive changes of the audit store's own database in one transaction, each behind a savepoint: they
 * and their entries commit together. Where the transaction ends in any other way, nothing of them is left.
 */
export class GroupExecutor {
  private readonly caller: ChangeCaller;

  constructor(
    private readonly run: RunResources,
    private readonly store: AuditStore,
    private readonly inChange: InChange,
  ) {
    this.caller = new ChangeCaller(run);
  }

  /**
   * Runs the first of `changes`, and as many more as fit. `begin` is called with each before it runs.
   *
   * @throws as {@link ChangeExecutor.execute} does.
   */
  async execute(
    changes: readonly [ChangeDescriptor, ...ChangeDescriptor[]],
    begin: (change: ChangeDescriptor) => void,
  ): Promise<GroupOutcome> {
    const { journal, lease } = this.run;
    const [first] = changes;
    const members: Member[] = [];
    let batch: AuditBatch | undefined;
    // Before the transaction, which may keep this holder itself from asking for its lock.
    await lease.whenHeld();
    const work = async (group: TransactionGroup): Promise<void> => {
      if (this.store.lock.isHeldBy?.(group.transaction)) lease.suspend();
      await this.runMembers(group, changes, begin, members);
      batch = journal.draftAll((await Promise.all(endedOf(members).map((one) => this.factsOf(one)))).flat());
      await this.store.append(batch, group.transaction);
    };
    const outcome = await this.caller.inTarget(first, () => this.inGroup(first, work));
    await lease.resume();
    if (batch && (await this.caller.isCommitted(first, outcome, batch))) {
      journal.advanceTo(batch);
      const ended = new Map(endedOf(members).map((member) => [member.change, outcomeOf(member)]));
      return { ended, apart: members.length - ended.size };
    }
    const error = outcome.status === 'committed' ? undefined : outcome.error;
    if (error instanceof LockLostError) throw error;
    this.caller.assertNotFenced(error);
    if (outcome.status === 'partly-applied') return this.recordPartEffect(members, outcome.error);
    return { ended: new Map(), apart: Math.max(members.length, 1) };
  }

  private async runMembers(
    group: TransactionGroup,
    changes: readonly ChangeDescriptor[],
    begin: (change: ChangeDescriptor) => void,
    members: Member[],
  ): Promise<void> {
    const elapsed = stopwatch(this.run.runtime);
    for (const change of changes) {
      if (members.length > 0 && (this.run.signal.aborted || elapsed() >= LONGEST_MS)) return;
      begin(change);
      const member = await this.runMember(group, change);
      members.push(member);
      const { outcome } = member;
      if (outcome.status === 'done') {
        if (outcome.last) return;
        continue;
      }
      await this.run.lease.whenHeld();
      // Without any that ended there is nothing to commit.
      if (outcome.status === 'lost' || endedOf(members).length === 0) throw outcome.error;
      return;
    }
  }

  private async runMember(group: TransactionGroup, change: ChangeDescriptor): Promise<Member> {
    const call = executionOf(change);
    const started = this.caller.started(call);
    const elapsed = stopwatch(this.run.runtime);
    const running = (): Promise<MemberOutcome> =>
      group.run(this.caller.identify(change, call), (handles) =>
        this.caller.callInTransaction(change, call, handles),
      );
    const outcome = await this.inChange(change, running).catch(lostBy);
    return { change, call, started, outcome, durationMs: elapsed(), endedAt: this.run.journal.now() };
  }

  /** One that could not begin counts as rolled back. */
  private async inGroup(
    change: ChangeDescriptor,
    work: (group: TransactionGroup) => Promise<void>,
  ): Promise<TransactionOutcome> {
    const target = change.target as GroupingTargetSystem;
    try {
      return await target.transactionGroup(this.caller.identify(change, { operation: 'EXECUTE' }), work);
    } catch (error) {
      return { status: 'rolled-back', error };
    }
  }

  /** The same facts as of a change that is alone in its transaction. */
  private async factsOf({
    change,
    call,
    started,
    durationMs,
    endedAt,
    outcome,
  }: Member): Promise<SubjectFact[]> {
    const subject = subjectOf(change, 'TX_SHARED');
    const facts: AuditFact[] =
      outcome.status === 'done'
        ? [started, { ...started, at: endedAt, state: call.done.state, durationMs }]
        : failureFacts(call, started, { at: endedAt, durationMs, error: outcome.error }, true);
    const diagnosed = await this.run.diagnosis.added(subject, facts);
    return diagnosed.map((fact) => ({ subject, fact }));
  }

  /** Which of them took effect is not known: each is left for a manual check. */
  private async recordPartEffect(members: readonly Member[], error: unknown): Promise<GroupOutcome> {
    const ended = new Map<ChangeDescriptor, ChangeOutcome>();
    for (const { change, call, started, durationMs, endedAt } of members) {
      const { state, effect } = call.failed;
      const facts = failureFacts(call, started, { at: endedAt, durationMs, error }, false);
      await this.caller.recordAfter(subjectOf(change, 'TX_SHARED'), effect, ...facts);
      ended.set(change, { status: 'failed', state, error, durationMs });
    }
    return { ended, apart: 0 };
  }
}

/** True for a change whose commit can be that of others, where history lives in that store. */
export function canShareCommit(change: ChangeDescriptor, store: AuditStore): boolean {
  const { target, commit, execution, verification, recoveryRetry, lockTimeoutMs } = change;
  // Last what has to be found out.
  return (
    commit !== 'own' &&
    // Its entries count its tries.
    recoveryRetry === undefined &&
    // It waits, and is tried again, without the locks of others.
    lockTimeoutMs === undefined &&
    isTransactional(target) &&
    isGrouping(target) &&
    txStrategyOf(change, store) === 'TX_SHARED' &&
    execution.staysInTransaction?.() === true &&
    (!verification?.always || verification.staysInTransaction?.() === true)
  );
}

function lostBy(error: unknown): LostMember {
  return { status: 'lost', error };
}

/** Those whose end is recorded with the group. */
function endedOf(members: readonly Member[]): readonly Member[] {
  return members.filter(({ outcome }) => outcome.status === 'done' || outcome.status === 'rolled-back');
}

function outcomeOf({ call, durationMs, outcome }: Member): ChangeOutcome {
  if (outcome.status === 'done') return { status: 'executed', durationMs };
  return { status: 'failed', state: call.rolledBack.state, error: outcome.error, durationMs };
}
