import type { DecisionRecord } from '../../decisions/decision-record.js';
import {
  approvalList,
  decideChange,
  emergencyList,
  reviewEmergency,
  type ApprovalRequest,
  type EmergencyRun,
  type PendingApproval,
} from '../../operations/approvals.js';
import type { OperationContext } from '../../operations/operation-context.js';
import type { EngineHost } from '../engine-host.js';

/** Pending changes that people have to approve: `flamingock.approvals`. */
export class ApprovalOperations {
  constructor(private readonly host: EngineHost) {}

  /**
   * The pending changes that need approval, in pipeline order, with who has approved them. Takes no lock and writes
   * nothing.
   *
   * @throws LedgerTamperedError
   */
  async list(): Promise<PendingApproval[]> {
    return approvalList(await this.host.engine());
  }

  /**
   * Records that somebody approves or rejects a pending change as its code is in this process, or takes that back. Takes
   * no lock. `context` has to say who, and why.
   *
   * @throws InvalidRequestError, UnknownChangeError; DecisionRefusedError where the actor may not say that, or there is
   * nothing to run; LedgerTamperedError.
   */
  decide(request: ApprovalRequest, context: OperationContext): Promise<DecisionRecord> {
    return this.host.perform(context, (engine, operation) => decideChange(engine, request, operation));
  }

  /**
   * The changes that ran without approval, and that nobody has reviewed since. Takes no lock and writes nothing.
   *
   * @throws LedgerTamperedError
   */
  async emergencies(): Promise<EmergencyRun[]> {
    return emergencyList(await this.host.engine());
  }

  /**
   * Records that somebody has looked at a change that ran without approval. `context` has to say who, and what was found.
   *
   * @throws InvalidRequestError, UnknownChangeError; DecisionRefusedError where there is nothing to review;
   * LedgerTamperedError.
   */
  review(changeId: string, context: OperationContext): Promise<DecisionRecord> {
    return this.host.perform(context, (engine, operation) => reviewEmergency(engine, changeId, operation));
  }
}
