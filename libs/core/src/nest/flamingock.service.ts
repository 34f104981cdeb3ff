import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
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
import { assertContext, type Operation, type OperationContext } from '../operations/operation-context.js';
import { plan, type PlanReport } from '../operations/plan.js';
import {
  serviceRename,
  type ServiceRename,
  type ServiceRenameRequest,
} from '../operations/service-rename.js';
import { undo, type UndoOptions, type UndoReport, type UndoRequest } from '../operations/undo.js';
import type { Engine } from '../run/engine.js';
import { RunAbortedError } from '../run/run.errors.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { EarlyInit } from './early-init.js';
import { EngineFactory } from './engine-factory.js';
import { tellOfExit } from './exit-watch.js';
import { FLAMINGOCK_CONFIG_KEY, FLAMINGOCK_OVERRIDES, FLAMINGOCK_SETTINGS } from './flamingock.constants.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { contextOf, type FormerContext } from './former-context.js';
import { FlamingockDisabledError } from './nest.errors.js';
import { resolveOptions, type ResolvedOptions } from './resolve-options.js';
import { withShutdownSignals } from './shutdown-signals.js';

/** Everything that can be asked of Flamingock, for applications, tests and tools. */
@Injectable()
export class FlamingockService {
  private resolved: ResolvedOptions | undefined;
  private running: Promise<ExecutionReport> | undefined;
  private readonly working = new Set<Promise<unknown>>();
  private readonly shutdown = new AbortController();

  constructor(
    @Inject(FLAMINGOCK_SETTINGS) private readonly settings: FlamingockSettings,
    private readonly engines: EngineFactory,
    private readonly earlyInit: EarlyInit,
    private readonly moduleRef: ModuleRef,
  ) {}

  /**
   * The settings in force: defaults, then `flamingockConfig`, then what is set in code,
   * then what a tool overrides.
   *
   * @throws InvalidOptionsError listing every value that makes no sense.
   */
  get options(): ResolvedOptions {
    this.resolved ??= resolveOptions(
      this.settingsAt(FLAMINGOCK_CONFIG_KEY),
      this.settings,
      this.settingsAt(FLAMINGOCK_OVERRIDES),
    );
    return this.resolved;
  }

  /**
   * Tells what the next run would do. Takes no lock and writes nothing.
   *
   * @throws InvalidChangesError, AuditStoreUnavailableError
   */
  async plan(): Promise<PlanReport> {
    return plan(await this.getEngine());
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
      const { store, pipeline } = await this.getEngine();
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
    return issueList(await this.getEngine());
  }

  /**
   * One issue in full, with what to do about it: that of `changeId`, or the first.
   *
   * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
   * when the change needs nobody, or when there is no issue at all.
   */
  async issueGet(changeId?: string): Promise<IssueDetail> {
    return issueGet(await this.getEngine(), changeId);
  }

  /**
   * Last entry of each change, or every entry; the newest last.
   *
   * @throws UnknownChangeError, InvalidRequestError
   */
  async auditList(request?: AuditListRequest): Promise<ListedEntry[]> {
    return auditList(await this.getEngine(), request);
  }

  /**
   * Records an operator's finding about a change whose state needs a manual check. Waits for a
   * run that is going on.
   *
   * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
   * when the change does not need a manual check; LockTimeoutError with who holds the lock.
   */
  auditFix(request: AuditFixRequest & FormerContext): Promise<AuditFixResult> {
    return this.perform(contextOf(request), (engine, operation) => auditFix(engine, request, operation));
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
    return this.perform(contextOf(request), (engine, operation) =>
      auditReconcile(engine, request, operation),
    );
  }

  /** Walks the whole chain of entries, in bounded memory, up to its first fault. */
  async auditVerify(request?: AuditVerifyRequest): Promise<AuditVerification> {
    return auditVerify(await this.getEngine(), request);
  }

  /** The whole history, the oldest entry first, in bounded memory. */
  async *auditExport(): AsyncGenerator<AuditEntry, void, undefined> {
    yield* auditExport(await this.getEngine());
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
    return this.perform(
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
    return this.perform(contextOf(request), (engine, operation) => serviceRename(engine, request, operation));
  }

  /** Tells who holds the lock, judged by the audit store's clock; by default that of the application's own service. */
  async lockStatus(service?: string): Promise<LockStatus> {
    return lockStatus(await this.getEngine(), service);
  }

  /**
   * Frees exactly that acquisition of the lock. A holder that is still at work is kept from
   * writing only once the next one has claimed the history.
   *
   * @returns whether the lock was held by that acquisition.
   */
  lockRelease(request: LockReleaseRequest, context: OperationContext = {}): Promise<boolean> {
    return this.perform(context, (engine, operation) => lockRelease(engine, request, operation));
  }

  /** Stops what is going on, waits until it has recorded where it stopped, and lets nothing begin after it. */
  async stop(why: string): Promise<void> {
    this.shutdown.abort(new RunAbortedError(this.options.service, why));
    await Promise.allSettled(this.working);
  }

  private async run(): Promise<ExecutionReport> {
    if (!this.options.enabled) throw new FlamingockDisabledError();
    return this.perform({}, (engine, { signal }) => execute(engine, signal), 'changes');
  }

  /** Does what writes such that shutdown, signals of the process and the caller's own signal end it in order. */
  private async perform<T, C extends OperationContext>(
    context: C,
    work: (engine: Engine, operation: C & Operation) => Promise<T>,
    uses?: 'changes',
  ): Promise<T> {
    assertContext(context);
    const stops = [this.shutdown.signal, ...(context.signal ? [context.signal] : [])];
    for (const stop of stops) stop.throwIfAborted();
    const { shutdownSignals, service } = this.options;
    const engine = await this.getEngine(uses);
    const working = tellOfExit(service, (progress) =>
      withShutdownSignals(shutdownSignals, service, (interrupted) =>
        work({ ...engine, progress }, { ...context, signal: AbortSignal.any([interrupted, ...stops]) }),
      ),
    );
    this.working.add(working);
    return working.finally(() => this.working.delete(working));
  }

  /** Before the application's hooks are called, what is about to be used is initialised, and nothing else. */
  private async getEngine(uses?: 'changes'): Promise<Engine> {
    const { engine, adapters, changes } = await this.engines.engine(this.options);
    await this.earlyInit.of(uses === 'changes' ? [...adapters, ...changes] : adapters);
    return engine;
  }

  /** `ConfigModule` need not be global, nor be there at all; nor need a tool. */
  private settingsAt(token: string | symbol): FlamingockSettings {
    try {
      return this.moduleRef.get<FlamingockSettings>(token, { strict: false });
    } catch {
      return {};
    }
  }
}
