import { issueBundle, type IssueBundle } from '../../operations/issue-bundle.js';
import { issueGet, issueList, type IssueDetail, type IssueSummary } from '../../operations/issues.js';
import type { DecisionRecord } from '../../decisions/decision-record.js';
import { decideIssue, type IssueDecisionRequest } from '../../operations/decide.js';
import type { OperationContext } from '../../operations/operation-context.js';
import type { EngineHost } from '../engine-host.js';

/** The changes that need a manual check: `flamingock.issues`. */
export class IssueOperations {
  constructor(private readonly host: EngineHost) {}

  /** Those of the code in pipeline order, then those that it no longer has. Takes no lock and writes nothing. */
  async list(): Promise<IssueSummary[]> {
    return issueList(await this.host.engine());
  }

  /**
   * One issue in full, with what to do about it: that of `changeId`, or the first.
   *
   * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
   * when the change needs no operator, or when there is no issue at all.
   */
  async get(changeId?: string): Promise<IssueDetail> {
    return issueGet(await this.host.engine(), changeId);
  }

  /**
   * Records what somebody says about an issue: that they have seen it, who works on it, a comment, how it is to end,
   * an approval or a rejection of that. With the resolution `UNDONE` also about the undo of an applied change. Takes no
   * lock. `context` has to say who says it.
   *
   * @throws InvalidRequestError, UnknownChangeError, NoIssueError; DecisionRefusedError where the actor may not say that;
   * LedgerTamperedError.
   */
  decide(request: IssueDecisionRequest, context: OperationContext): Promise<DecisionRecord> {
    return this.host.perform(context, (engine, operation) => decideIssue(engine, request, operation));
  }

  /**
   * All that is known about an issue in one document for a ticket, with secrets masked: that of `changeId`, or the first.
   * Takes no lock and writes nothing.
   *
   * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
   * when the change needs no operator, or when there is no issue at all.
   */
  async bundle(changeId?: string): Promise<IssueBundle> {
    return issueBundle(await this.host.engine(), changeId);
  }
}
