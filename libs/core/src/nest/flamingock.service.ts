import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '../audit/audit-entry.js';
import { auditExport } from '../operations/audit-export.js';
import { auditFix, type AuditFixRequest, type AuditFixResult } from '../operations/audit-fix.js';
import { auditList, type AuditListRequest, type ListedEntry } from '../operations/audit-list.js';
import {
  auditReconcile,
  type AuditReconcileRequest,
  type AuditReconciliation,
} from '../operations/audit-reconcile.js';
import { auditVerify, type AuditVerification, type AuditVerifyRequest } from '../operations/audit-verify.js';
import { refuseInside } from '../lock/change-scope.js';
import { execute } from '../operations/execute.js';
import { issueGet, issueList, type IssueDetail, type IssueSummary } from '../operations/issues.js';
import { lockRelease, lockStatus, type LockReleaseRequest, type LockStatus } from '../operations/lock.js';
import type { OperationContext } from '../operations/operation-context.js';
import { plan, type PlanReport } from '../operations/plan.js';
import {
  serviceRename,
  type ServiceRename,
  type ServiceRenameRequest,
} from '../operations/service-rename.js';
import { undo, type UndoOptions, type UndoReport, type UndoRequest } from '../operations/undo.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { EngineHost } from './engine-host.js';
import { contextOf, type FormerContext } from './former-context.js';
import { FlamingockDisabledError } from './nest.errors.js';
import type { ResolvedOptions } from './resolve-options.js';

/** Everything that can be asked of Flamingock, for applications, tests and tools. */
@Injectable()
export class FlamingockService {
  private running: Promise<ExecutionReport> | undefined;

  constructor(private readonly host: EngineHost) {}

  /**
   * The settings in force: defaults, then `flamingockConfig`, then what is set in code,
   * then what a tool overrides.
   *
   * @throws InvalidOptionsError listing every value that makes no sense.
   */
  get options(): ResolvedOptions {
    return this.host.options;
  }

  /**
   * Tells what the next run would do. Takes no lock and writes nothing.
   *
   * @throws InvalidChangesError, AuditStoreUnavailableError
   */
  async plan(): Promise<PlanReport> {
    return plan(await this.host.engine());
  }

  /**
   * Applies what is pending, unless another instance does, and resolves once everything
   * is applied. A call while a run is going on gets that run's report.
   *
   * @throws FlamingockError of a kind that names the remedy; see `docs/errors.md`. Inside a
   * change that such a run applies: SelfWaitingError.
   */
  async execute(): Promise<ExecutionReport> {
    if (this.running) {
      const { store, pipeline } = await this.host.engine();
      refuseInside(pipeline.service, store);
    }
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /**
   * The changes that need a manual check: those of the code in pipeline order, then those that
   * it no longer has. Takes no lock and writes nothing.
   */
  async issueList(): Promise<IssueSummary[]> {
    return issueList(await this.host.engine());
  }

  /**
   * One issue in full, with what to do about it: that of `changeId`, or the first.
   *
   * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
   * when the change needs nobody, or when there is no issue at all.
   */
  async issueGet(changeId?: string): Promise<IssueDetail> {
    return issueGet(await this.host.engine(), changeId);
  }

  /**
   * Last entry of each change, or every entry; the newest last.
   *
   * @throws UnknownChangeError, InvalidRequestError
   */
  async auditList(request?: AuditListRequest): Promise<ListedEntry[]> {
    return auditList(await this.host.engine(), request);
  }

  /**
   * Records an operator's finding about a change whose state needs a manual check. Waits for a
   * run that is going on.
   *
   * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
   * when the change does not need a manual check; LockTimeoutError with who holds the lock.
   */
  auditFix(request: AuditFixRequest & FormerContext): Promise<AuditFixResult> {
    return this.host.perform(contextOf(request), (engine, operation) => auditFix(engine, request, operation));
  }

  /**
   * Finds out whether audit store and target systems still know of each other what they should, and
   * whether every entry is unchanged. With findings about the changes in question, records
   * them, and lets this history claim the target systems again.
   *
   * @throws ReconcileRefusedError, before anything happens, unless there is exactly one finding for
   * each change in question; AuditTamperedError where entries are missing; TargetSystemUnavailableError;
   * LockTimeoutError with who holds the lock.
   */
  auditReconcile(request: AuditReconcileRequest & FormerContext = {}): Promise<AuditReconciliation> {
    return this.host.perform(contextOf(request), (engine, operation) =>
      auditReconcile(engine, request, operation),
    );
  }

  /** Walks the whole chain of entries, in bounded memory, up to its first fault. */
  async auditVerify(request?: AuditVerifyRequest): Promise<AuditVerification> {
    return auditVerify(await this.host.engine(), request);
  }

  /** The whole history, the oldest entry first, in bounded memory. */
  async *auditExport(): AsyncGenerator<AuditEntry, void, undefined> {
    yield* auditExport(await this.host.engine());
  }

  /**
   * Runs the `@RollbackExecution` of applied changes, the last applied first. A change that
   * fails is in the report, and stops the undo.
   *
   * @throws UnknownChangeError for an id that neither code nor history knows; UndoRefusedError,
   * before anything happens, when one of the changes cannot be undone.
   */
  undo(request: UndoRequest, options: UndoOptions & Pick<FormerContext, 'by'> = {}): Promise<UndoReport> {
    const { by, ...context } = options;
    return this.host.perform(
      { ...context, actor: context.actor ?? by },
      (engine, operation) => undo(engine, request, operation),
      'changes',
    );
  }

  /**
   * Gives a service another name, whatever this application is called now. Its history goes on under that name, and is closed
   * under the present one. Waits for runs under either. What was cut off is finished by the same call.
   *
   * @throws RenameRefusedError with every reason, before anything is recorded; LostWritesError;
   * TargetSystemUnavailableError; LockTimeoutError with who holds a lock.
   */
  serviceRename(request: ServiceRenameRequest & FormerContext): Promise<ServiceRename> {
    return this.host.perform(contextOf(request), (engine, operation) =>
      serviceRename(engine, request, operation),
    );
  }

  /** Tells who holds the lock, judged by the audit store's clock; by default that of the application's own service. */
  async lockStatus(service?: string): Promise<LockStatus> {
    return lockStatus(await this.host.engine(), service);
  }

  /**
   * Frees exactly that acquisition of the lock. A holder that is still at work is kept from
   * writing only once the next one has claimed the history.
   *
   * @returns whether the lock was held by that acquisition.
   */
  lockRelease(request: LockReleaseRequest, context: OperationContext = {}): Promise<boolean> {
    return this.host.perform(context, (engine, operation) => lockRelease(engine, request, operation));
  }

  /** Stops what is going on, waits until it has recorded where it stopped, and lets nothing begin after it. */
  stop(why: string): Promise<void> {
    return this.host.stop(why);
  }

  private async run(): Promise<ExecutionReport> {
    if (!this.options.enabled) throw new FlamingockDisabledError();
    return this.host.perform({}, (engine, { signal }) => execute(engine, signal), 'changes');
  }
}
