import type { AuditEntry } from '../audit/audit-entry.js';
import { EFFECT_STAYS, writeMetadata } from '../audit/entry-metadata.js';
import type { AuditFact } from '../audit/audit-journal.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { ChangeCall } from '../executor/change-call.js';
import { undoOfPart } from '../executor/change-call.js';
import type { RunResources } from '../executor/change-caller.js';
import { txStrategyOf, type ChangeOutcome } from '../executor/change-executor.js';
import { Reconciler, type Reconciliation } from '../executor/reconciler.js';
import type { PlannedChange } from '../plan/execution-plan.js';
import {
  outlookOf,
  playbookActor,
  playbookFor,
  playbookMetadata,
  type Playbook,
  type PlaybookAction,
  type PlaybookOutlook,
} from '../recovery/playbook.js';
import type { EventPublisher } from '../reporting/event-publisher.js';
import type { ChangeReport } from '../reporting/execution-report.js';
import { failedReport, nextAfter, withOutlook, type EndedTry } from './issue-report.js';

/** What became of a change that was not to be executed at once. */
export interface Resolution extends Reconciliation {
  /** What a playbook has done, for those who read the report. */
  readonly told?: string;
}

/** What a resolver works with besides what a run lends. */
export interface ResolverParts {
  readonly store: AuditStore;
  readonly events: EventPublisher;
  readonly playbooks: readonly Playbook[];
  /** Calls a method of a change as executors do. */
  readonly call: (change: ChangeDescriptor, call: ChangeCall) => Promise<ChangeOutcome>;
}

const DONE = {
  retry: 'has it executed again',
  'mark-executed': 'has marked it as executed',
  'mark-rolled-back': 'has marked it as rolled back, and has it executed again',
  undo: 'has undone it, and has it executed again',
} as const satisfies Record<PlaybookAction, string>;

/** Settles what the history leaves open: by marker or `@Verify()`, and what then needs a person by a playbook, if there is one. */
export class IssueResolver {
  private readonly reconciler: Reconciler;

  constructor(
    private readonly run: RunResources,
    private readonly parts: ResolverParts,
  ) {
    this.reconciler = new Reconciler(run);
  }

  /** @returns what is to be done about the change now: SKIP, EXECUTE or MANUAL_INTERVENTION. */
  async resolve({ change, action, reason, isAsked }: PlannedChange, entry: AuditEntry): Promise<Resolution> {
    const isOpen = action === 'RECONCILE' || isAsked;
    const settled = isOpen ? await this.reconciler.reconcile(change, entry) : { action, reason, entry };
    if (settled.action !== 'MANUAL_INTERVENTION') return settled;
    const playbook = playbookFor(this.parts.playbooks, change, settled.entry);
    return playbook ? this.act(playbook, change, settled) : settled;
  }

  /** Reports a change that failed just now, and tells whether that has left an issue. */
  async failed(
    planned: PlannedChange,
    outcome: ChangeOutcome & { status: 'failed' },
    ended: EndedTry,
  ): Promise<{ readonly report: ChangeReport; readonly isIssue: boolean }> {
    const { change } = planned;
    const txStrategy = txStrategyOf(change, this.parts.store);
    const isIssue = nextAfter(change, outcome, 'EXECUTE', txStrategy, ended).action === 'MANUAL_INTERVENTION';
    const report = failedReport(planned, outcome, txStrategy, ended, this.run.diagnosis.of(change.id));
    const outlook = isIssue ? await this.outlook(change) : undefined;
    return { isIssue, report: outlook ? withOutlook(report, outlook) : report };
  }

  private async outlook(change: ChangeDescriptor): Promise<PlaybookOutlook | undefined> {
    const { playbooks } = this.parts;
    if (playbooks.length === 0) return undefined;
    const history = await this.historyOf(change.id);
    const entry = history.at(-1);
    const playbook = entry && playbookFor(playbooks, change, entry);
    return playbook && outlookOf(playbook, change, entry, history);
  }

  private async act(
    playbook: Playbook,
    change: ChangeDescriptor,
    issue: Reconciliation,
  ): Promise<Resolution> {
    const { entry, reason } = issue;
    const { refusal } = outlookOf(playbook, change, entry, await this.historyOf(change.id));
    const name = `playbook "${playbook.name}"`;
    if (refusal !== undefined) return { ...issue, reason: `${reason}; ${name} does not act: ${refusal}` };
    const failed = playbook.then === 'undo' && !(await this.undo(playbook, change));
    if (failed) {
      const told = `${name} had "${change.id}" undone, and its rollback method failed.`;
      return {
        ...issue,
        entry: await this.lastEntry(entry),
        reason: `${name} had it undone, and that failed`,
        told,
      };
    }
    if (playbook.then !== 'undo') await this.record(playbook, entry);
    const done = `${name} ${DONE[playbook.then]}: ${playbook.reason}`;
    this.tell(playbook, change);
    return {
      action: playbook.then === 'mark-executed' ? 'SKIP' : 'EXECUTE',
      reason: done,
      entry: await this.lastEntry(entry),
      told: `"${change.id}" needed a manual check, because ${reason}. ${done}`,
    };
  }

  private async record(playbook: Playbook, entry: AuditEntry): Promise<void> {
    const { journal, activity } = this.run;
    const fact: AuditFact = { ...markOf(playbook), at: journal.now() };
    await activity.during('the audit store', () => journal.append(entry, fact));
  }

  /** @returns whether the rollback method has done it. */
  private async undo(playbook: Playbook, change: ChangeDescriptor): Promise<boolean> {
    if (!change.rollback) return false;
    const outcome = await this.parts.call(change, undoOfPart(change.rollback, playbookMetadata(playbook)));
    return outcome.status === 'executed';
  }

  private async historyOf(changeId: string): Promise<AuditEntry[]> {
    const history: AuditEntry[] = [];
    const entries = this.parts.store.readHistory(this.run.journal.service, { changeId });
    for await (const entry of entries) history.push(entry);
    return history;
  }

  private async lastEntry(entry: AuditEntry): Promise<AuditEntry> {
    const query = { changeId: entry.changeId, limit: 1, order: 'newest-first' } as const;
    for await (const last of this.parts.store.readHistory(entry.service, query)) return last;
    return entry;
  }

  private tell({ name, then, reason }: Playbook, { id: changeId }: ChangeDescriptor): void {
    const { service, executionId } = this.run.journal;
    const actor = { kind: 'service', name: playbookActor(name) } as const;
    const state = STATES[then];
    this.parts.events.publish('issue.resolved', { service, executionId, changeId, state, actor, reason });
  }
}

const STATES = {
  retry: 'MANUAL_MARKED_AS_ROLLED_BACK',
  'mark-executed': 'MANUAL_MARKED_AS_EXECUTED',
  'mark-rolled-back': 'MANUAL_MARKED_AS_ROLLED_BACK',
  undo: 'ROLLED_BACK',
} as const satisfies Record<PlaybookAction, AuditFact['state']>;

/** A retry says nothing of what is there: nobody has looked. */
function markOf(playbook: Playbook): Omit<AuditFact, 'at'> {
  const { then } = playbook;
  const metadata = playbookMetadata(playbook);
  if (then !== 'retry') return { state: STATES[then], operation: 'FIX', metadata };
  return {
    state: STATES[then],
    operation: 'FORGET',
    metadata: { ...metadata, ...writeMetadata(EFFECT_STAYS) },
  };
}
