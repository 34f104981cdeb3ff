import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import {
  Change,
  Execution,
  FlamingockEvents,
  FlamingockModule,
  nonTransactionalTargetSystem,
  TargetSystem,
  type FlamingockSettings,
} from '@nestjs-flamingock/core';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';

/** Long enough for a consumer that has begun too early to be noticed. */
const CHANGE_MS = 400;

/** One start of an application with a change that takes its time, and what came in which order. */
export class Start {
  /** `consumed`, and `applied` once everything is recorded; each as it was first seen. */
  readonly seen: string[] = [];
  private readonly consumptions = new Set<() => void>();

  /** Called by what consumes work. */
  readonly consume = (): void => {
    this.see('consumed');
    for (const tell of this.consumptions) tell();
  };

  /** Resolves once work has been consumed. */
  async consumed(): Promise<void> {
    if (!this.seen.includes('consumed')) await new Promise<void>((resolve) => this.consumptions.add(resolve));
  }

  /** The root module, with Flamingock before or after the rest. */
  root(
    flamingock: 'first' | 'last',
    { imports = [], ...rest }: ModuleMetadata,
    settings?: FlamingockSettings,
  ): DynamicModule {
    class RootModule {}
    const ours = this.flamingock(settings);
    const others = [...imports] as DynamicModule[];
    const all = flamingock === 'first' ? [...ours, ...others] : [...others, ...ours];
    return {
      module: RootModule,
      imports: all,
      ...rest,
      providers: [...(rest.providers ?? []), this.listener()],
    };
  }

  private flamingock(settings: FlamingockSettings = {}): DynamicModule[] {
    const auditStore = inMemoryAuditStore();
    const targetSystems = [nonTransactionalTargetSystem('files')];
    return [
      FlamingockModule.forRoot({ auditStore, targetSystems, ...settings }),
      FlamingockModule.forFeature({ stage: 'main', changes: [Slow] }),
    ];
  }

  /** Is there before any hook is called. */
  private listener() {
    const see = () => this.see('applied');
    @Injectable()
    class Listener {
      constructor(@Inject(FlamingockEvents) events: FlamingockEvents) {
        events.on('run.completed', see);
      }
    }
    return Listener;
  }

  private see(what: string): void {
    if (!this.seen.includes(what)) this.seen.push(what);
  }
}

@Change({ id: 'slow', order: '0001', author: 'team', transactional: false })
@TargetSystem('files')
class Slow {
  @Execution()
  async execute(): Promise<void> {
    await pause(CHANGE_MS);
  }
}

export const IN_ORDER = ['applied', 'consumed'];
