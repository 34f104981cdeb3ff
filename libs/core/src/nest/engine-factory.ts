import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import { AnswerTimeout } from '../runtime/answer-timeout.js';
import type { AuditStore } from '../audit/audit-store.js';
import { GuardedAuditStore } from '../audit/guarded-audit.store.js';
import { discoverChanges, type Discovery } from '../change/change-discovery.js';
import { InvalidChangesError, type ChangeFault } from '../change/change.errors.js';
import { findParameters } from '../change/change-parameters.js';
import { DescriptorFactory } from '../change/descriptor-factory.js';
import { A_NAME, isName } from '../change/names.js';
import { noteTaken } from '../change/unprovided-changes.js';
import { ParameterResolver } from '../change/parameter-resolver.js';
import { buildPipeline } from '../plan/pipeline-builder.js';
import { playbookReferenceFaults } from '../recovery/playbook-faults.js';
import type { Engine } from '../run/engine.js';
import type { Pipeline } from '../plan/pipeline.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import type { Runtime } from '../runtime/runtime.js';
import { boundedTarget } from '../target-system/bounded-target.system.js';
import { HistoryNames } from '../target-system/history-names.js';
import {
  TargetSystemRegistry,
  type RegisteredTargetSystem,
} from '../target-system/target-system.registry.js';
import {
  FLAMINGOCK_AUDIT_STORE,
  FLAMINGOCK_FEATURE,
  FLAMINGOCK_RUNTIME,
  FLAMINGOCK_TARGET_SYSTEMS,
} from './flamingock.constants.js';
import { featuresOf } from './registration.js';
import { registrationWarnings } from './registration-warnings.js';
import type { ResolvedOptions } from './resolve-options.js';

/** An engine, and the instances that must be ready before it is used at all. */
export interface BuiltEngine {
  readonly engine: Engine;
  /** Audit store and target systems. */
  readonly adapters: readonly unknown[];
}

/** Builds the engine from the providers that the application has by now. */
@Injectable()
export class EngineFactory {
  /** The last engine, and of how many modules it knows all changes. */
  private made: { readonly built: Promise<BuiltEngine>; readonly modules: number | undefined } | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly modules: ModulesContainer,
    @Inject(FLAMINGOCK_AUDIT_STORE) private readonly store: AuditStore,
    @Inject(FLAMINGOCK_TARGET_SYSTEMS) private readonly targets: readonly RegisteredTargetSystem[],
    @Inject(FLAMINGOCK_RUNTIME) private readonly runtime: Runtime,
    @Inject(FlamingockEvents) private readonly events: FlamingockEvents,
  ) {}

  /**
   * The engine for every change that is there now. It is made anew after modules were
   * loaded lazily, which may have brought more.
   *
   * @throws InvalidChangesError listing every fault of every change, unless the parameters of methods have the only ones.
   */
  engine(options: ResolvedOptions): Promise<BuiltEngine> {
    const { size } = this.modules;
    if (this.made?.modules === size) return this.made.built;
    const discovery = discoverChanges(this.discovery, FLAMINGOCK_FEATURE);
    const built = this.create(options, discovery);
    this.made = { built, modules: discovery.isComplete ? size : undefined };
    return built;
  }

  private async create(options: ResolvedOptions, discovery: Discovery): Promise<BuiltEngine> {
    const { runtime, events } = this;
    const bound = new AnswerTimeout(options.timeouts, runtime);
    const store = new GuardedAuditStore(this.store, options.service, bound);
    const names = new HistoryNames(store);
    const registry = new TargetSystemRegistry(
      this.targets.map(({ target, provide }) => ({ target: boundedTarget(target, bound, names), provide })),
    );
    const pipeline = await this.pipeline(options, discovery, registry);
    const targets = registry.all;
    const warnings = this.warnings(pipeline, discovery, options);
    return {
      engine: { pipeline, store, runtime, targets, events, settings: options, warnings },
      adapters: [this.store, ...this.targets.map(({ target }) => target)],
    };
  }

  private warnings(pipeline: Pipeline, { candidates }: Discovery, { stages }: ResolvedOptions): string[] {
    const types = candidates.map(({ type }) => type);
    noteTaken(types);
    return registrationWarnings({
      pipeline,
      types,
      stages,
      targets: this.targets.map(({ target }) => target.id),
      features: [...new Set(featuresOf(this.modules).map(({ stage }) => stage))],
    });
  }

  private async pipeline(
    { service, stages, resolutions }: ResolvedOptions,
    { candidates, faults: found }: Discovery,
    registry: TargetSystemRegistry,
  ): Promise<Pipeline> {
    const factory = new DescriptorFactory(registry, new ParameterResolver());
    const { changes, faulty, methods, faults: described } = factory.describe(candidates);
    const built = buildPipeline(service, changes, stages, faulty);
    const ofPlaybooks = playbookReferenceFaults(resolutions, changes, registry.ids, faulty);
    const faults = [...registryFaults(registry), ...found, ...described, ...built.faults, ...ofPlaybooks];
    if (faults.length > 0) {
      // Without a pipeline nobody knows which changes are applied: all that is wrong is told at once.
      const { faults: unresolved } = await findParameters(methods);
      throw new InvalidChangesError([...faults, ...unresolved]);
    }
    return built.pipeline;
  }
}

function registryFaults({ duplicates, ids }: TargetSystemRegistry): ChangeFault[] {
  const where = 'targetSystems';
  const nameless = ids
    .filter((id) => !isName(id))
    .map((id) => ({
      where,
      problem: `has the id ${JSON.stringify(id)}, which must be ${A_NAME}`,
      remedy: 'Give the target system such an id.',
    }));
  const repeated = duplicates.map((id) => ({
    where,
    problem: `has "${id}" more than once`,
    remedy: 'Give each target system an id of its own.',
  }));
  return [...nameless, ...repeated];
}
