export { FlamingockError } from './errors/flamingock.error.js';
export type { Runtime } from './runtime/runtime.js';
export { nodeRuntime } from './runtime/node-runtime.js';
export { NoAnswerError } from './runtime/answer-timeout.js';
export { withinTime } from './runtime/within-time.js';

export { isApplied, type AuditOperation, type AuditState } from './audit/audit-state.js';
export type { TxStrategy } from './audit/tx-strategy.js';
export { GENESIS_HASH, type AuditEntry, type AuditRecord } from './audit/audit-entry.js';
export { HISTORY_FORMAT, isSettled, type AuditHead, type Settlement } from './audit/audit-head.js';
export type { AuditBatch, AuditStore } from './audit/audit-store.js';
export { maskSecrets } from './errors/mask-secrets.js';
export { metadataOf, metadataText } from './audit/metadata-text.js';
export { chainEntries, entryHash, type ChainEnd, type TimedRecord } from './audit/audit-chain.js';
export {
  AuditStoreUnavailableError,
  AuditTamperedError,
  ChangeOutcomeUnknownError,
  ChangeUnrecordedError,
  NewerEntryError,
  NewerHistoryError,
  UnstorableTextError,
  type ChangeEffect,
} from './audit/audit.errors.js';

export { isClaimedBeyond, type Claim } from './lock/claimed-beyond.js';
export type {
  LockAcquisition,
  LockClaim,
  LockHold,
  LockReading,
  LockRecord,
  LockRenewal,
  LockStore,
} from './lock/lock-store.js';
export { createGuard } from './lock/lock-guard.js';
export { takeOver, type TakeOverActions } from './lock/take-over.js';
export {
  describeHolder,
  FencedError,
  LockLostError,
  LockTimeoutError,
  LockUnconfirmedError,
  SelfWaitingError,
} from './lock/lock.errors.js';

export { cliCommand, issueCommand } from './errors/commands.js';
export { LostWritesError } from './recovery/lost-writes.error.js';
export type { LostWrites } from './recovery/lost-writes.js';
export type { ChainFault } from './audit/chain-walk.js';
export { RecoveryStrategy } from './audit/recovery-strategy.js';
export type { Action, Decision } from './recovery/recovery-decision.js';

export {
  hasTrace,
  isTransactional,
  type ChangeRun,
  type Handles,
  type HandleToken,
  type Marker,
  type MarkerStore,
  type TargetFence,
  type TargetSystem as TargetSystemPort,
  type TransactionalTargetSystem,
  type TransactionOutcome,
} from './target-system/target-system.js';
export { type Transaction } from './lock/transaction.js';
export {
  nonTransactionalTargetSystem,
  type NonTransactionalTargetSystemOptions,
} from './nest/non-transactional.target-system.js';

export { ChangeStatements } from './target-system/change-statements.js';
export { MethodScope, overrideInherited, overrideMethod } from './target-system/method-scope.js';

export { Change } from './change/change.decorator.js';
export { Execution, RollbackExecution } from './change/execution.decorator.js';
export { NonLockGuarded } from './change/non-lock-guarded.decorator.js';
export { Recovery } from './change/recovery.decorator.js';
export { TargetSystem } from './change/target-system.decorator.js';
export type { ChangeOptions, RecoveryOptions } from './change/change-metadata.js';
export { ChangeContext } from './change/change-context.js';
export type { ChangeClass } from './change/change-discovery.js';
export { InvalidChangesError, LazyResultError, type ChangeFault } from './change/change.errors.js';

export {
  ChangeTimeoutError,
  PartlyAppliedError,
  RollbackFailedError,
  TransactionsUnavailableError,
  type TransactionObstacle,
} from './executor/executor.errors.js';
export {
  ChangeEndedError,
  UnawaitedFailureError,
  UnawaitedStatementsError,
} from './lock/change-scope.errors.js';
export { TargetSystemUnavailableError } from './target-system/target-system.errors.js';
export {
  ChangeFailedError,
  ManualInterventionError,
  OutOfOrderError,
  RunAbortedError,
  RunTimeoutError,
} from './run/run.errors.js';
export type { EngineSettings } from './run/engine-settings.js';

export {
  EarlierNameError,
  EditedChangesError,
  ForeignChangesError,
  RenamedChangesError,
  type ChangeFeatures,
  type ForeignChange,
} from './plan/identity.errors.js';
export { RenameRefusedError, RenameUnfinishedError, ServiceRenamedError } from './plan/rename.errors.js';
export type { EditedChange } from './plan/change-identity.js';
export type { PlanItem, PlanReport, RenamedItem } from './operations/plan.js';
export type { AuditFixRequest, AuditFixResult } from './operations/audit-fix.js';
export type { AuditReconcileRequest, AuditReconciliation } from './operations/audit-reconcile.js';
export type { ChangeInQuestion, Resolution } from './operations/changes-in-question.js';
export type { AuditListRequest, ListedEntry } from './operations/audit-list.js';
export type { AuditVerification, AuditVerifyRequest } from './operations/audit-verify.js';
export type { IssueDetail, IssueSummary } from './operations/issues.js';
export type { LockReleaseRequest, LockStatus } from './operations/lock.js';
export type { ServiceRename, ServiceRenameRequest } from './operations/service-rename.js';
export type { UndoneChange, UndoOptions, UndoReport, UndoRequest } from './operations/undo.js';
export {
  InvalidRequestError,
  NoIssueError,
  ReconcileRefusedError,
  UndoRefusedError,
  UnknownChangeError,
  type UndoObstacle,
} from './operations/operation.errors.js';

export { FlamingockEvents, type EventPublisher } from './reporting/event-publisher.js';
export type {
  ChangeEndedEvent,
  ChangeStartedEvent,
  FlamingockEventMap,
  FlamingockEventName,
  RunEvent,
  LeftBehindEvent,
  StageEvent,
  StillRunningEvent,
} from './reporting/flamingock.events.js';
export type {
  ChangeReport,
  ChangeResult,
  ExecutionReport,
  ExecutionStatus,
} from './reporting/execution-report.js';
export { formatReport } from './reporting/report-format.js';

export type {
  AdapterDefinition,
  AuditStoreDefinition,
  TargetSystemDefinition,
} from './nest/adapter-definition.js';
export type { ProvidedHandle } from './target-system/provided-handle.js';
export {
  FLAMINGOCK_AUDIT_STORE,
  FLAMINGOCK_OVERRIDES,
  FLAMINGOCK_RUNTIME,
  FLAMINGOCK_SETTINGS,
} from './nest/flamingock.constants.js';
export type {
  FlamingockAdapters,
  FlamingockModuleAsyncOptions,
  FlamingockModuleOptions,
  FlamingockSettings,
  FlamingockSettingsFactory,
  RunAt,
} from './nest/flamingock-options.js';
export { optionFaults, optionsOf, type OptionNames } from './errors/option-names.js';
export { tokenName } from './change/parameter-faults.js';
export { FlamingockModule, type FlamingockFeatureOptions } from './nest/flamingock.module.js';
export { FlamingockService } from './nest/flamingock.service.js';
export { FlamingockDisabledError, InvalidOptionsError } from './nest/nest.errors.js';
export type { ResolvedOptions } from './nest/resolve-options.js';

/** @internal For this package's entry "config". */
export { settingsFromEnvironment } from './nest/environment-settings.js';
