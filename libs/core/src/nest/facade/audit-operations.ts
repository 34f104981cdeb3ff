import type { AuditEntry } from '../../audit/audit-entry.js';
import { fixCommand } from '../../errors/commands.js';
import type { KeptHead } from '../../evidence/sign-head.js';
import { auditExport } from '../../operations/audit-export.js';
import {
  auditFix,
  auditFixPlan,
  type AuditFixPlan,
  type AuditFixRequest,
  type AuditFixResult,
} from '../../operations/audit-fix.js';
import { auditList, type AuditListRequest, type ListedEntry } from '../../operations/audit-list.js';
import {
  auditReconcile,
  type AuditReconcileRequest,
  type AuditReconciliation,
} from '../../operations/audit-reconcile.js';
import {
  auditVerify,
  type AuditVerification,
  type AuditVerifyRequest,
} from '../../operations/audit-verify.js';
import { signHead } from '../../operations/head-sign.js';
import { historyPage, type HistoryPage, type HistoryPageRequest } from '../../operations/history-page.js';
import { compliance, type ComplianceItem } from '../../operations/compliance.js';
import type { ComplianceRequest } from '../../operations/compliance-request.js';
import type { ConfirmedContext, OperationContext } from '../../operations/operation-context.js';
import type { AlertHost } from '../alert-host.js';
import type { EngineHost } from '../engine-host.js';

/** The history: `flamingock.audit`. */
export class AuditOperations {
  constructor(
    private readonly host: EngineHost,
    private readonly alerts: AlertHost,
  ) {}

  /**
   * Last entry of each change, or every entry; the newest last.
   *
   * @throws UnknownChangeError, InvalidRequestError
   */
  async list(request?: AuditListRequest): Promise<ListedEntry[]> {
    return auditList(await this.host.engine(), request);
  }

  /**
   * Records an operator's finding about a change whose state needs a manual check. Waits for a
   * run that is going on.
   *
   * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
   * when the change does not need a manual check; ConfirmationStaleError; InvalidRequestError; LockTimeoutError with who
   * holds the lock.
   */
  fix(request: AuditFixRequest, context: ConfirmedContext): Promise<AuditFixResult> {
    const { changeId, resolution = 'EXECUTED' } = request;
    return this.host.perform(
      context,
      (engine, operation) => auditFix(engine, request, operation),
      fixCommand(changeId, resolution),
    );
  }

  /**
   * Tells what `fix` would record, with the digest by which it is confirmed. Takes no lock and writes nothing.
   *
   * @throws UnknownChangeError, NoIssueError, ResolutionUnapprovedError as `fix`.
   */
  async fixPlan(request: AuditFixRequest): Promise<AuditFixPlan> {
    return auditFixPlan(await this.host.engine(), request);
  }

  /**
   * Finds out whether audit store and target systems still know of each other what they should, and
   * whether every entry is unchanged. With findings about the changes in question, records
   * them, and lets this history claim the target systems again.
   *
   * @throws ReconcileRefusedError, before anything happens, unless there is exactly one finding for
   * each change in question; AuditTamperedError where entries are missing; TargetSystemUnavailableError;
   * InvalidRequestError; LockTimeoutError with who holds the lock.
   */
  reconcile(
    request: AuditReconcileRequest = {},
    context: OperationContext = {},
  ): Promise<AuditReconciliation> {
    return this.host.perform(context, (engine, operation) => auditReconcile(engine, request, operation));
  }

  /**
   * Walks the whole chain of entries, in bounded memory, up to its first fault. Where the application has channels for
   * alerts, the fault is told there.
   *
   * @throws StatementsRefusedError, before anything is read, for what is no signed head of this history.
   */
  async verify(request?: AuditVerifyRequest): Promise<AuditVerification> {
    const verification = await auditVerify(await this.host.engine(), request);
    this.alerts.note({ what: 'verified', verification });
    return verification;
  }

  /**
   * Signs where the history ends now, and has every anchor of `evidence` keep it. Takes no lock, and adds nothing to the
   * history. Anchors that did not keep it are in the result.
   *
   * @throws NoEvidenceKeyError, NothingToSignError, SigningFailedError, AuditTamperedError
   */
  async signHead(): Promise<KeptHead> {
    return signHead(await this.host.engine());
  }

  /**
   * What was done about changes in a period, with the proof that this is all: header, changes in the order of the history,
   * summary. In one pass, in bounded memory. `complianceHtml()` makes a page of it.
   *
   * @throws InvalidRequestError, StatementsRefusedError, with every fault, before anything is read.
   */
  async *compliance(request?: ComplianceRequest): AsyncGenerator<ComplianceItem, void, undefined> {
    yield* compliance(await this.host.engine(), request);
  }

  /**
   * Part of the history, the newest entry first; as fast on the last page as on the first.
   *
   * @throws InvalidRequestError
   */
  async page(request?: HistoryPageRequest): Promise<HistoryPage> {
    return historyPage(await this.host.engine(), request);
  }

  /** The whole history, the oldest entry first, in bounded memory. */
  async *export(): AsyncGenerator<AuditEntry, void, undefined> {
    yield* auditExport(await this.host.engine());
  }
}
