import { Injectable } from '@nestjs/common';
import { assertContext, type Operation, type OperationContext } from '../operations/operation-context.js';
import type { Engine } from '../run/engine.js';
import { RunAbortedError } from '../run/run.errors.js';
import { EarlyInit } from './early-init.js';
import { EngineFactory } from './engine-factory.js';
import { tellOfExit } from './exit-watch.js';
import type { ResolvedOptions } from './resolve-options.js';
import { SettingsInForce } from './settings-in-force.js';
import { withShutdownSignals } from './shutdown-signals.js';

/** Has the engine of an application, knows which operations are going on with it, and stops them. */
@Injectable()
export class EngineHost {
  private readonly working = new Set<Promise<unknown>>();
  private readonly shutdown = new AbortController();

  constructor(
    private readonly settings: SettingsInForce,
    private readonly engines: EngineFactory,
    private readonly earlyInit: EarlyInit,
  ) {}

  /**
   * The settings in force: defaults, then `flamingockConfig`, then code, then a tool.
   *
   * @throws InvalidOptionsError listing every value that makes no sense.
   */
  get options(): ResolvedOptions {
    return this.settings.options;
  }

  /**
   * The engine for every change that is there now. Before the application's hooks are called, what is about
   * to be used is initialised, and nothing else.
   *
   * @throws InvalidChangesError as {@link EngineFactory.engine}.
   */
  async engine(): Promise<Engine> {
    const { engine, adapters } = await this.engines.engine(this.options);
    await this.earlyInit.of(adapters);
    return { ...engine, initialise: (uses) => this.earlyInit.of(uses) };
  }

  /**
   * Does what writes, such that shutdown, signals of the process and the caller's own signal end it in order.
   *
   * @param command What gives the reason on the command line, where nobody may do this without one.
   * @throws InvalidRequestError for a context that makes no sense; RunAbortedError where it was stopped before.
   */
  async perform<T, C extends OperationContext>(
    context: C,
    work: (engine: Engine, operation: C & Operation) => Promise<T>,
    command?: string,
  ): Promise<T> {
    assertContext(context, command);
    this.shutdown.signal.throwIfAborted();
    const { shutdownSignals, service } = this.options;
    const engine = await this.engine();
    const working = tellOfExit(service, (progress) =>
      withShutdownSignals(
        shutdownSignals,
        service,
        (interrupted) => {
          const signal = AbortSignal.any([interrupted, this.shutdown.signal]);
          return work({ ...engine, progress }, { ...context, signal });
        },
        context.signal,
      ),
    );
    this.working.add(working);
    return working.finally(() => this.working.delete(working));
  }

  /** Stops what is going on, waits until it has recorded where it stopped, and lets nothing begin after it. */
  async stop(why: string): Promise<void> {
    this.shutdown.abort(new RunAbortedError(this.options.service, why));
    await Promise.allSettled(this.working);
  }
}
