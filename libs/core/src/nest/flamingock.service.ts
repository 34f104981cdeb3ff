import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '../audit/audit-entry.js';
import { optionsOf } from '../errors/option-names.js';
import { refuseInside } from '../lock/change-scope.js';
import type { AuditFixRequest, AuditFixResult } from '../operations/audit-fix.js';
import type { AuditListRequest, ListedEntry } from '../operations/audit-list.js';
import type { AuditReconcileRequest, AuditReconciliation } from '../operations/audit-reconcile.js';
import type { AuditVerification, AuditVerifyRequest } from '../operations/audit-verify.js';
import { awaitChanges } from '../operations/await-changes.js';
import { drift, verify, type VerifyRequest } from '../operations/drift.js';
import { execute } from '../operations/execute.js';
import type { IssueDetail, IssueSummary } from '../operations/issues.js';
import type { LockReleaseRequest, LockStatus } from '../operations/lock.js';
import { overview, type Overview } from '../operations/overview.js';
import { plan, type PlanReport } from '../operations/plan.js';
import type { OperationContext } from '../operations/operation-context.js';
import { redo } from '../operations/redo.js';
import type { RedoRequest } from '../operations/redo-plan.js';
import type { ServiceRename, ServiceRenameRequest } from '../operations/service-rename.js';
import { status, type StatusReport } from '../operations/status.js';
import { undo, undoCommandOf, type UndoOptions, type UndoRequest } from '../operations/undo.js';
import type { ChangeVerdict, DriftReport } from '../reporting/drift-report.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import type { RedoReport } from '../reporting/redo-report.js';
import type { UndoReport } from '../reporting/undo-report.js';
import { AlertHost } from './alert-host.js';
import { EngineHost } from './engine-host.js';
import { AdoptionOperations } from './facade/adoption-operations.js';
import { AlertOperations } from './facade/alert-operations.js';
import { ApprovalOperations } from './facade/approval-operations.js';
import { AuditOperations } from './facade/audit-operations.js';
import { ChangeOperations } from './facade/change-operations.js';
import { CircuitOperations } from './facade/circuit-operations.js';
import { contextOf, type FormerContext, type FormerReasoned, type AnyUndo } from './facade/former-context.js';
import { IssueOperations } from './facade/issue-operations.js';
import { LockOperations } from './facade/lock-operations.js';
import { RunOperations } from './facade/run-operations.js';
import { ServiceOperations } from './facade/service-operations.js';
import { FlamingockDisabledError } from './nest.errors.js';
import type { ResolvedOptions } from './resolve-options.js';

/** Everything that can be asked of Flamingock, for applications, tests and tools. */
@Injectable()
export class FlamingockService {
  /** Taking over a database that other tools, or nobody, have kept. */
  readonly adoption: AdoptionOperations;
  /** What people are told of trouble. */
  readonly alerts: AlertOperations;
  /** Pending changes that people have to approve. */
  readonly approvals: ApprovalOperations;
  /** The history. */
  readonly audit: AuditOperations;
  /** The changes that code or history knows. */
  readonly changes: ChangeOperations;
  /** Target systems that have failed, and may be left alone for a while. */
  readonly circuits: CircuitOperations;
  /** The changes that need a manual check. */
  readonly issues: IssueOperations;
  /** The run lock. */
  readonly lock: LockOperations;
  /** What was done, and what goes on. */
  readonly runs: RunOperations;
  /** The name under which history is kept. */
  readonly service: ServiceOperations;
  private running: Promise<ExecutionReport> | undefined;

  constructor(
    private readonly host: EngineHost,
    private readonly alertHost: AlertHost,
  ) {
    this.adoption = new AdoptionOperations(host);
    this.alerts = new AlertOperations(host, alertHost);
    this.approvals = new ApprovalOperations(host);
    this.audit = new AuditOperations(host, alertHost);
    this.changes = new ChangeOperations(host);
    this.circuits = new CircuitOperations(host);
    this.issues = new IssueOperations(host);
    this.lock = new LockOperations(host);
    this.runs = new RunOperations(host);
    this.service = new ServiceOperations(host);
  }

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
   * Tells what the next run would do, and checks all changes, applied ones too. Takes no lock and writes nothing.
   *
   * @throws InvalidChangesError, AuditStoreUnavailableError
   */
  async plan(): Promise<PlanReport> {
    return plan(await this.host.engine());
  }

  /** Tells where the service stands. Asks the audit store alone, takes no lock and writes nothing. */
  async status(): Promise<StatusReport> {
    return status(await this.host.engine());
  }

  /** The same, with what comes next and what came last. */
  async overview(): Promise<Overview> {
    return overview(await this.host.engine());
  }

  /**
   * Asks changes that have a `@Verify()`, in any state, how much of them is in their target systems. Takes no lock and
   * writes nothing.
   *
   * @throws UnknownChangeError, NoVerifyError, InvalidChangesError, AuditStoreUnavailableError
   */
  async verify(request?: VerifyRequest): Promise<ChangeVerdict[]> {
    return verify(await this.host.engine(), request);
  }

  /**
   * Asks every applied change that has a `@Verify()` whether it is still there. Takes no lock and writes nothing;
   * where the application has channels for alerts, what has drifted is told there.
   *
   * @throws InvalidChangesError, AuditStoreUnavailableError
   */
  async drift(): Promise<DriftReport> {
    const report = await drift(await this.host.engine());
    this.alertHost.note({ what: 'drift', report });
    return report;
  }

  /**
   * Applies what is pending, unless another instance does, and resolves once everything
   * is applied. A process of the role `wait` applies nothing, and waits for it. A call while a run or wait is going on
   * gets its report.
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
   * Runs the `@RollbackExecution` of applied changes, the last applied first. A change that
   * fails is in the report, and stops the undo.
   *
   * @throws UnknownChangeError for an id that neither code nor history knows; UndoRefusedError,
   * before anything happens, when one of the changes cannot be undone; ConfirmationStaleError; InvalidChangesError;
   * InvalidRequestError; LockTimeoutError with who holds the lock.
   */
  undo(request: UndoRequest, options: UndoOptions & Pick<FormerContext, 'by'>): Promise<UndoReport> {
    const { by, ...context }: AnyUndo = optionsOf(options);
    return this.host.perform(
      { ...context, actor: context.actor ?? by },
      (engine, operation) => undo(engine, request, operation),
      context.dryRun === true ? undefined : undoCommandOf(request),
    );
  }

  /**
   * Runs a change again while it is being written: undoes it by its rollback method where it can, else appends an
   * entry that forgets its execution, whose effect stays, and executes it. A failure is in the report.
   *
   * @throws DevelopmentOnlyError where the setting `development` is off; UnknownChangeError for an id that neither
   * code nor history knows; RedoRefusedError with every reason, before anything is recorded; InvalidChangesError;
   * InvalidRequestError; LockTimeoutError with who holds the lock.
   */
  redo(request: RedoRequest, context: OperationContext = {}): Promise<RedoReport> {
    return this.host.perform(context, (engine, operation) => redo(engine, request, operation));
  }

  /** Stops what is going on, waits until it has recorded where it stopped, and lets nothing begin after it. */
  async stop(why: string): Promise<void> {
    await this.host.stop(why);
    await this.alertHost.stop();
  }

  /** @deprecated Call {@link IssueOperations.list}, `flamingock.issues.list()`. */
  issueList(): Promise<IssueSummary[]> {
    return this.issues.list();
  }

  /** @deprecated Call {@link IssueOperations.get}, `flamingock.issues.get(changeId)`. */
  issueGet(changeId?: string): Promise<IssueDetail> {
    return this.issues.get(changeId);
  }

  /** @deprecated Call {@link AuditOperations.list}, `flamingock.audit.list(request)`. */
  auditList(request?: AuditListRequest): Promise<ListedEntry[]> {
    return this.audit.list(request);
  }

  /** @deprecated Call {@link AuditOperations.fix}, `flamingock.audit.fix(request, context)`. */
  auditFix(request: AuditFixRequest & FormerReasoned): Promise<AuditFixResult> {
    return this.audit.fix(request, contextOf(request));
  }

  /** @deprecated Call {@link AuditOperations.reconcile}, `flamingock.audit.reconcile(request, context)`. */
  auditReconcile(request: AuditReconcileRequest & FormerContext = {}): Promise<AuditReconciliation> {
    return this.audit.reconcile(request, contextOf(request));
  }

  /** @deprecated Call {@link AuditOperations.verify}, `flamingock.audit.verify(request)`. */
  auditVerify(request?: AuditVerifyRequest): Promise<AuditVerification> {
    return this.audit.verify(request);
  }

  /** @deprecated Call {@link AuditOperations.export}, `flamingock.audit.export()`. */
  auditExport(): AsyncGenerator<AuditEntry, void, undefined> {
    return this.audit.export();
  }

  /** @deprecated Call {@link ServiceOperations.rename}, `flamingock.service.rename(request, context)`. */
  serviceRename(request: ServiceRenameRequest & FormerContext): Promise<ServiceRename> {
    return this.service.rename(request, contextOf(request));
  }

  /** @deprecated Call {@link LockOperations.status}, `flamingock.lock.status(service)`. */
  lockStatus(service?: string): Promise<LockStatus> {
    return this.lock.status(service);
  }

  /** @deprecated Call {@link LockOperations.release}, `flamingock.lock.release(request, context)`. */
  lockRelease(request: LockReleaseRequest & FormerReasoned): Promise<boolean> {
    return this.lock.release(request, contextOf(request));
  }

  private async run(): Promise<ExecutionReport> {
    if (!this.options.enabled) throw new FlamingockDisabledError();
    const work = this.options.role === 'wait' ? awaitChanges : execute;
    try {
      const report = await this.host.perform({}, (engine, { signal }) => work(engine, signal));
      await this.alertHost.runEnded();
      return report;
    } catch (error) {
      await this.alertHost.runEnded(error);
      throw error;
    }
  }
}
