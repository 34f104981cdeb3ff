import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { auditFix, type AuditFixRequest, type AuditFixResult } from '../operations/audit-fix.js';
import { execute } from '../operations/execute.js';
import { plan, type PlanReport } from '../operations/plan.js';
import type { Engine } from '../pipeline/engine.js';
import { RunAbortedError } from '../pipeline/pipeline.errors.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { EngineFactory } from './engine-factory.js';
import { FLAMINGOCK_CONFIG_KEY, FLAMINGOCK_SETTINGS } from './flamingock.constants.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { FlamingockDisabledError } from './nest.errors.js';
import { resolveOptions, type ResolvedOptions } from './resolve-options.js';
import { withShutdownSignals } from './shutdown-signals.js';

/** Everything that can be asked of Flamingock, for applications, tests and tools. */
@Injectable()
export class FlamingockService {
  private resolved: ResolvedOptions | undefined;
  private engine: Promise<Engine> | undefined;
  private running: Promise<ExecutionReport> | undefined;
  private readonly shutdown = new AbortController();

  constructor(
    @Inject(FLAMINGOCK_SETTINGS) private readonly settings: FlamingockSettings,
    private readonly engines: EngineFactory,
    private readonly moduleRef: ModuleRef,
  ) {}

  /**
   * The settings in force: defaults, then `flamingockConfig`, then what is set in code.
   *
   * @throws InvalidOptionsError listing every value that makes no sense.
   */
  get options(): ResolvedOptions {
    this.resolved ??= resolveOptions(this.loadedConfig(), this.settings);
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
   * @throws FlamingockError of a kind that names the remedy; see `docs/recovery.md`.
   */
  execute(): Promise<ExecutionReport> {
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /**
   * Records an operator's finding about a change whose state needs a person.
   *
   * @throws NoIssueError when the change does not need one.
   */
  async auditFix(request: AuditFixRequest): Promise<AuditFixResult> {
    return auditFix(await this.getEngine(), request, this.shutdown.signal);
  }

  /** Stops a run that is going on, waits until it has recorded where it stopped, and lets none begin after it. */
  async stop(why: string): Promise<void> {
    this.shutdown.abort(new RunAbortedError(this.options.service, why));
    await this.running?.catch(() => undefined);
  }

  private async run(): Promise<ExecutionReport> {
    const { enabled, shutdownSignals, service } = this.options;
    if (!enabled) throw new FlamingockDisabledError();
    this.shutdown.signal.throwIfAborted();
    const engine = await this.getEngine();
    return withShutdownSignals(shutdownSignals, service, (interrupted) =>
      execute(engine, AbortSignal.any([interrupted, this.shutdown.signal])),
    );
  }

  private getEngine(): Promise<Engine> {
    this.engine ??= this.engines.create(this.options);
    return this.engine;
  }

  /** `ConfigModule` need not be global, nor be there at all. */
  private loadedConfig(): FlamingockSettings {
    try {
      return this.moduleRef.get<FlamingockSettings>(FLAMINGOCK_CONFIG_KEY, { strict: false });
    } catch {
      return {};
    }
  }
}
