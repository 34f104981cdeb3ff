// For applications, a part of the main entry: who may do what, who was told, and what proves it.

export type { DecisionKind, DecisionRecord } from './decisions/decision-record.js';
export { LedgerTamperedError } from './decisions/decision.errors.js';
export {
  AnchorFailedError,
  NoEvidenceKeyError,
  NothingToSignError,
  SigningFailedError,
  StatementsRefusedError,
} from './evidence/evidence.errors.js';
export type { Evidence, EvidenceAnchor, HeldHead, SignedHead } from './evidence/anchor.js';
export type { Envelope, EnvelopeSignature } from './evidence/envelope.js';
export { fileAnchor } from './evidence/file-anchor.js';
export type { HeadFacts } from './evidence/head-statement.js';
export type { KeptHead } from './evidence/sign-head.js';
export type { EvidenceSigner } from './evidence/signer.js';
export type { KeptStatements } from './evidence/statement-file.js';
export { webhookAnchor, type WebhookAnchorOptions } from './evidence/webhook-anchor.js';
export type { AlertKind, AlertCause, AlertMessage, AlertPhase } from './alerts/alert.js';
export type { AlertChannel } from './alerts/alert-channel.js';
export type { AlertAttempt, DeliveryReport } from './alerts/alert-delivery.js';
export type { AlertDeliveryState, AlertListRequest, AlertSummary } from './alerts/alert-list.js';
export { AlertLateError, NoAlertChannelError, UnknownAlertError } from './alerts/alert.errors.js';
export type {
  ComplianceApproval,
  ComplianceChange,
  ComplianceException,
  RollbackPlan,
} from './operations/compliance-change.js';
export type {
  ComplianceControl,
  CompliancePart,
  ControlReference,
  ControlReferences,
} from './operations/compliance-controls.js';
export type { ComplianceRequest } from './operations/compliance-request.js';
export type { ComplianceHeader, ComplianceItem, ComplianceSummary } from './operations/compliance.js';
export { complianceHtml } from './documents/compliance-html.js';
export { complianceCsv, complianceJson } from './documents/compliance-file.js';
export type { ApprovalRequest, EmergencyRun, PendingApproval } from './operations/approvals.js';
export type { IssueDecisionKind, IssueDecisionRequest } from './operations/decide.js';
export type { ChangeWork, ProposedResolution, Proposal, Saying } from './decisions/issue-work.js';
export type { Approval, ApprovalStanding, ApproverDirectory } from './decisions/approval.js';
export type { ApprovalRule, ApprovalSettings, ApprovalSubject } from './decisions/approval-reader.js';
export type { AlertOperations } from './nest/facade/alert-operations.js';
export type { ApprovalOperations } from './nest/facade/approval-operations.js';
