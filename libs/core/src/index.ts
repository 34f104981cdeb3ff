export { FlamingockError } from './errors/flamingock.error.js';

export type { ProcessFacts } from './runtime/runtime.js';
export { NoAnswerError } from './runtime/answer-timeout.js';

export type { LockRecord } from './lock/lock-store.js';
export {
  FencedError,
  LockLostError,
  LockTimeoutError,
  LockUnconfirmedError,
  SelfWaitingError,
} from './lock/lock.errors.js';
export {
  ChangeEndedError,
  UnawaitedFailureError,
  UnawaitedStatementsError,
} from './lock/change-scope.errors.js';

export { isApplied, type AuditOperation, type AuditState } from './audit/audit-state.js';
export type { TxStrategy } from './audit/tx-strategy.js';
export type { AuditEntry } from './audit/audit-entry.js';
export {
  AuditStoreUnavailableError,
  AuditTamperedError,
  ChangeOutcomeUnknownError,
  ChangeUnrecordedError,
  NewerEntryError,
  NewerHistoryError,
  type ChangeEffect,
} from './audit/audit.errors.js';
export type { ChainFault } from './audit/chain-walk.js';
export { RecoveryStrategy } from './audit/recovery-strategy.js';
export type { Actor, ActorKind, Operator } from './audit/actor.js';
export type { ChainEnd } from './audit/chain.js';

export { RecordTooLargeError } from './records/record.errors.js';
export {
  ReadOnlyStatementError,
  TransactionsUnsupportedError,
  TargetSystemUnavailableError,
} from './target-system/target-system.errors.js';
export {
  ForeignTransactionError,
  NestedTransactionError,
  OmittedWriteError,
  OpenTransactionError,
  TransactionControlError,
  TransactionLostError,
  type Omission,
} from './target-system/transaction.errors.js';

export {
  changeFromModule,
  type MigrationModule,
  type MigrationModuleOptions,
} from './nest/change-from-module.js';
export { Change } from './change/change.decorator.js';
export { Execution, RollbackExecution, Verify } from './change/execution.decorator.js';
export { NonLockGuarded } from './change/non-lock-guarded.decorator.js';
export { Recovery } from './change/recovery.decorator.js';
export { TargetSystem } from './change/target-system.decorator.js';
export type {
  ChangeOptions,
  RecoveryOptions,
  RecoveryRetry,
  ApprovalNeed,
} from './change/change-metadata.js';
export { ChangeContext } from './change/change-context.js';
export type { CompletedStep, RunStep, StepOptions, StepVerdict } from './change/change-step.js';
export type { ChangeProgress, ReportProgress } from './change/change-progress.js';
export type { ChangeClass } from './change/change-discovery.js';
export {
  InvalidChangesError,
  InvalidProgressError,
  LazyResultError,
  type ChangeFault,
} from './change/change.errors.js';

export { LostWritesError } from './recovery/lost-writes.error.js';
export type { LostWrites } from './recovery/lost-writes.js';
export type { Action, Decision } from './recovery/recovery-decision.js';
export type { StepState } from './recovery/step-states.js';
export type { Verdict } from './recovery/verdict.js';
export type { Playbook, PlaybookAction, PlaybookCondition, PlaybookOutlook } from './recovery/playbook.js';
export type { Diagnosis } from './recovery/diagnosis.js';
export type { TargetDiagnosis } from './target-system/target-diagnosis.js';
export type { VerifyRequest } from './operations/drift.js';
export type { ChangeVerdict, DriftReport } from './reporting/drift-report.js';

export {
  EarlierNameError,
  EditedChangesError,
  ForeignChangesError,
  RenamedChangesError,
  type ChangeFeatures,
  type ForeignChange,
} from './plan/identity.errors.js';
export { RenameRefusedError, RenameUnfinishedError, ServiceRenamedError } from './plan/rename.errors.js';
export {
  BaselineRefusedError,
  ImportRefusedError,
  ImportUndoRefusedError,
  PartlyReplacedError,
} from './plan/import.errors.js';
export type { EditedChange } from './plan/change-identity.js';

export type { ChangeObserver, ObservedChange, ObservedEnd } from './reporting/change-observer.js';
export { FlamingockEvents } from './reporting/event-publisher.js';
export type * from './reporting/flamingock.events.js';
export type {
  ChangeReport,
  ChangeResult,
  ExecutionReport,
  ExecutionStatus,
} from './reporting/execution-report.js';
export { formatReport } from './reporting/report-format.js';
export type { HolderActivity } from './reporting/holder-activity.js';
export type { RedoReport } from './reporting/redo-report.js';
export type { UndoneChange, UndoReport } from './reporting/undo-report.js';

export {
  ChangeTimeoutError,
  InvalidVerdictError,
  PartlyAppliedError,
  RollbackFailedError,
  TransactionsUnavailableError,
  UnsettledByVerifyError,
  VerificationFailedError,
  type TransactionObstacle,
} from './executor/executor.errors.js';
export {
  DuplicateStepError,
  InvalidStepError,
  StepOverlapError,
  StepResultError,
  StepsUnavailableError,
  UnsettledStepError,
} from './executor/step.errors.js';

export {
  AwaitTimeoutError,
  ChangeFailedError,
  ManualInterventionError,
  NotYetError,
  OutOfOrderError,
  RunAbortedError,
  RunTimeoutError,
  UnapprovedChangesError,
} from './run/run.errors.js';
export type { EngineSettings } from './run/engine-settings.js';

export type { PlanItem, PlanReport, RenamedItem } from './operations/plan.js';
export type { AuditFixPlan, AuditFixRequest, AuditFixResult } from './operations/audit-fix.js';
export type { AuditReconcileRequest, AuditReconciliation } from './operations/audit-reconcile.js';
export type { ChangeInQuestion, Resolution } from './operations/changes-in-question.js';
export type { AuditListRequest, ListedEntry } from './operations/audit-list.js';
export type { AuditVerification, AuditVerifyRequest } from './operations/audit-verify.js';
export type { BaselineRequest, BaselineResult } from './operations/baseline.js';
export type { ImportedMigration, ImportPreview, ImportRequest, ImportResult } from './operations/import.js';
export type { ImportUndoResult } from './operations/import-undo.js';
export type { CircuitCloseRequest, CircuitStatus } from './operations/circuits.js';
export type { BundledTarget, IssueBundle } from './operations/issue-bundle.js';
export type { IssueDetail, IssueSummary } from './operations/issues.js';
export type { LockReleaseRequest, LockStatus } from './operations/lock.js';
export type { ServiceRename, ServiceRenameRequest } from './operations/service-rename.js';
export type { RedoRequest } from './operations/redo-plan.js';
export type { LastRun, StatusReport, WaitingChange } from './operations/status.js';
export type { UndoOptions, UndoRequest } from './operations/undo.js';
export {
  DecisionRefusedError,
  DevelopmentOnlyError,
  InvalidRequestError,
  ConfirmationStaleError,
  NoIssueError,
  NoVerifyError,
  ReconcileRefusedError,
  RedoRefusedError,
  ResolutionUnapprovedError,
  UndoRefusedError,
  UnknownChangeError,
  type RequestFault,
  type UndoObstacle,
} from './operations/operation.errors.js';
export type { ConfirmedContext, OperationContext, ReasonedContext } from './operations/operation-context.js';

export {
  nonTransactionalTargetSystem,
  type ExecutionPolicy,
  type NonTransactionalTargetSystemOptions,
} from './nest/non-transactional.target-system.js';
export type { AuditStoreDefinition, TargetSystemDefinition } from './nest/adapter-definition.js';
export type { EvidenceSettings } from './nest/evidence-settings.js';
export type {
  FlamingockAdapters,
  FlamingockModuleAsyncOptions,
  FlamingockModuleOptions,
  FlamingockSettings,
  FlamingockSettingsFactory,
  ProcessRole,
  RunAt,
} from './nest/flamingock-options.js';
export type { ResilienceSettings } from './nest/resilience-options.js';
export type {
  ApprovalOptions,
  LockOptions,
  ResolutionOptions,
  RetryOptions,
  TimeoutOptions,
} from './nest/setting-groups.js';
export type { ProbeSettings } from './nest/probe-options.js';
export { FlamingockModule, type FlamingockFeatureOptions } from './nest/flamingock.module.js';
export { FlamingockService } from './nest/flamingock.service.js';
export { FlamingockDisabledError, InvalidOptionsError, ProbePortError } from './nest/nest.errors.js';
export type { ResolvedOptions } from './nest/resolve-options.js';
export type { AdoptionOperations } from './nest/facade/adoption-operations.js';
export type { AuditOperations } from './nest/facade/audit-operations.js';
export type { CircuitOperations } from './nest/facade/circuit-operations.js';
export type { FormerContext } from './nest/facade/former-context.js';
export type { IssueOperations } from './nest/facade/issue-operations.js';
export type { LockOperations } from './nest/facade/lock-operations.js';
export type { ServiceOperations } from './nest/facade/service-operations.js';

export * from './accountability.js';
export * from './views.js';
