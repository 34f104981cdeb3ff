// For authors of adapters and tools: the ports, what passes through them, and the helpers that adapters share.

export { errorText } from './errors/error-text.js';
export { maskSecrets } from './errors/mask-secrets.js';
export { VERSION } from './version.js';
export { COMPLIANCE_COLUMNS, complianceRow, type ComplianceRow } from './documents/compliance-file.js';
export { COMPLIANCE_CONTROLS } from './operations/compliance-controls.js';
export { AUDIT_STATES } from './audit/audit-state.js';
export { ACTOR_VARIABLE, CI_ALLOW_VARIABLE, CLI_VARIABLE } from './errors/command-line.js';
export {
  cliCommand,
  fixCommand,
  fixPlanCommand,
  issueCommand,
  releaseCommand,
  shellWord,
  undoCommand,
  undoPlanCommand,
  undoToCommand,
} from './errors/commands.js';
export { describeSteps } from './recovery/step-states.js';
export { optionFaults, optionsOf, shown, type OptionNames } from './errors/option-names.js';
export { isSameName } from './decisions/issue-work.js';
export { nearMatches } from './errors/near-matches.js';
export { isConnectionFailure, saysTransient } from './errors/transience.js';

export type { ProcessFacts, Runtime } from './runtime/runtime.js';
export { nodeRuntime, timeOfDay } from './runtime/node-runtime.js';
export { post, type Post } from './runtime/post.js';
export { SharedAnswer } from './runtime/shared-answer.js';
export { withinTime } from './runtime/within-time.js';
export type { Limits } from './runtime/limits.js';
export { nodeHost, SharedHost, type AdapterHost } from './runtime/adapter-host.js';
export { retryWhile, type RetryBounds } from './runtime/retry-while.js';
export { sleep } from './runtime/sleep.js';

export { isClaimedBeyond, type Claim } from './lock/claimed-beyond.js';
export type {
  LockAcquisition,
  LockClaim,
  LockHold,
  LockReading,
  LockRenewal,
  LockStore,
} from './lock/lock-store.js';
export { createGuard } from './lock/lock-guard.js';
export { takeOver, type TakeOverActions } from './lock/take-over.js';
export { describeHolder } from './lock/lock.errors.js';
export { currentStep, type StepScope } from './lock/step-scope.js';
export type { Transaction } from './lock/transaction.js';

export type { AuditRecord } from './audit/audit-entry.js';
export { HISTORY_FORMAT, isSettled, type AuditHead, type Settlement } from './audit/audit-head.js';
export type { AuditBatch, AuditStore } from './audit/audit-store.js';
export { metadataOf, metadataText } from './audit/metadata-text.js';
export { chainEntries, entryHash, type TimedRecord } from './audit/audit-chain.js';
export { UnstorableTextError } from './audit/audit.errors.js';
export { ENTRY_FIELDS, type EntryField } from './audit/entry-fields.js';
export { type ChainField, type FieldKind, GENESIS_HASH } from './audit/chain.js';
export { isAsked, type HistoryQuery } from './audit/history-query.js';

export {
  MAX_RECORD_NAME,
  MAX_RECORD_VALUE,
  type NewRecord,
  type RecordCondition,
  type RecordKey,
  type RecordPage,
  type RecordStore,
  type StoredRecord,
} from './records/record-store.js';

export type { AlertSettings } from './alerts/alert-channel.js';

export { DecisionLedger } from './decisions/decision-ledger.js';
export type { NewDecision } from './decisions/decision-record.js';

export {
  hasTrace,
  isTransactional,
  type ChangeRun,
  type Handles,
  type HandleToken,
  type Marker,
  type MarkerStore,
  type TargetFence,
  type TargetSystem,
  type TransactionalTargetSystem,
  type TransactionOutcome,
} from './target-system/target-system.js';
export { factText, type TargetDiagnosis } from './target-system/target-diagnosis.js';
export type {
  ForeignHistories,
  ForeignHistory,
  ForeignMigration,
  ForeignSource,
} from './target-system/foreign-history.js';
export {
  isGrouping,
  type GroupingTargetSystem,
  type MemberOutcome,
  type TransactionGroup,
} from './target-system/transaction-group.js';
export { ChangeStatements } from './target-system/change-statements.js';
export { MethodScope, overrideInherited, overrideMethod } from './target-system/method-scope.js';
export type { ProvidedHandle } from './target-system/provided-handle.js';

export { describeTargetFacts } from './recovery/diagnosis-format.js';
export { tokenName } from './change/parameter-faults.js';

export { complianceFaults } from './operations/compliance-request.js';

export { describeActivity, describeHolderAtWork } from './reporting/holder-activity.js';
export { describeProgress } from './reporting/progress-format.js';
export { ProgressLog } from './reporting/progress-log.js';
export { percentOf } from './change/change-progress.js';
export { DURATION_BOUNDS } from './reporting/run-metrics.js';
export type { EventPublisher } from './reporting/event-publisher.js';

export { describeAwaited } from './reporting/awaiting-text.js';
export { countFrom, milliseconds } from './nest/value-faults.js';
export { tolerateClosing } from './nest/closing-hooks.js';
export type { AdapterDefinition } from './nest/adapter-definition.js';
export { clientTargetSystem, type ClientContext, type ClientDefinition } from './nest/client-definition.js';
export {
  FLAMINGOCK_AUDIT_STORE,
  FLAMINGOCK_OVERRIDES,
  FLAMINGOCK_RUNTIME,
  FLAMINGOCK_SETTINGS,
  FLAMINGOCK_ADAPTER_HOST,
} from './nest/flamingock.constants.js';

/** @internal For the entry "config". */
export { settingsFromEnvironment } from './nest/environment-settings.js';
