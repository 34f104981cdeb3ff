import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import {
  FlamingockService,
  type AuditEntry,
  type AuditState,
  type ExecutionReport,
} from '@nestjs-flamingock/core';
import {
  FLAMINGOCK_AUDIT_STORE,
  FLAMINGOCK_RUNTIME,
  type AuditStore,
  type Runtime,
} from '@nestjs-flamingock/core/adapter';
import { InMemoryAuditStore } from '../in-memory/in-memory-audit.store.js';
import { writeGiven, type GivenHistory } from './given-history.js';
import { reportOf, StartingFlamingockService } from './starting-flamingock.service.js';

/** What a test replaces in the application besides its audit store. */
export interface FlamingockTestOptions {
  /**
   * Where history is kept; `'own'`: where the application keeps it. A change whose target
   * system shares the application's audit store is `TX_SHARED` only with that.
   *
   * @default a new InMemoryAuditStore
   */
  readonly auditStore?: AuditStore | 'own';
  /** Takes the builder before it is compiled, for overrides of the test's own. */
  readonly configure?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

/**
 * An application under test: given a history, when it runs, then history is as expected.
 *
 * ```ts
 * const flamingock = await FlamingockTest.create({ imports: [AppModule] });
 * await flamingock.given({ 'create-tables': 'EXECUTED' });
 * const report = await flamingock.run();
 * expect(await flamingock.states()).toEqual({
 *   'create-tables': ['EXECUTED'],
 *   'add-category': ['STARTED', 'EXECUTED'],
 * });
 * await flamingock.close();
 * ```
 */
export class FlamingockTest {
  private readonly service: StartingFlamingockService;
  private readonly runtime: Runtime;
  private started = false;

  private constructor(
    /** The compiled application. Its lifecycle hooks are called by the first {@link run}. */
    readonly module: TestingModule,
    /** Where history is kept. */
    readonly store: AuditStore,
  ) {
    this.service = module.get(FlamingockService, { strict: false });
    this.runtime = module.get(FLAMINGOCK_RUNTIME, { strict: false });
  }

  /** Builds the application, as `Test.createTestingModule` does, and runs nothing yet. */
  static async create(
    metadata: ModuleMetadata,
    { auditStore = new InMemoryAuditStore(), configure = (builder) => builder }: FlamingockTestOptions = {},
  ): Promise<FlamingockTest> {
    const builder = Test.createTestingModule(metadata)
      .overrideProvider(FlamingockService)
      .useClass(StartingFlamingockService);
    if (auditStore !== 'own') builder.overrideProvider(FLAMINGOCK_AUDIT_STORE).useValue(auditStore);
    const module = await configure(builder).compile();
    return new FlamingockTest(module, module.get(FLAMINGOCK_AUDIT_STORE, { strict: false }));
  }

  /**
   * Adds to the history, change by change in the order given, what earlier runs recorded.
   *
   * @throws UnknownChangeError for an id that the application does not have.
   */
  async given(history: GivenHistory): Promise<void> {
    await writeGiven(this.store, this.runtime, await this.service.plan(), history);
  }

  /**
   * Applies what is pending: the first time by starting the application, as production does.
   *
   * A change that failed or needs a manual check is in the report, whose status is then `stopped`.
   *
   * @throws every other error of a run, and any error that keeps the application from starting.
   */
  async run(): Promise<ExecutionReport> {
    const report = this.started ? undefined : await this.start();
    return report ?? reportOf(this.service.execute());
  }

  /** States recorded for each change, by id, the oldest first. */
  async states(): Promise<Record<string, AuditState[]>> {
    const states: Record<string, AuditState[]> = {};
    for (const { changeId, state } of await this.history()) (states[changeId] ??= []).push(state);
    return states;
  }

  /** The whole history, the oldest entry first. */
  async history(): Promise<AuditEntry[]> {
    const entries: AuditEntry[] = [];
    for await (const entry of this.store.readHistory(this.service.options.service)) entries.push(entry);
    return entries;
  }

  /** Closes the application. */
  close(): Promise<void> {
    return this.module.close();
  }

  private start(): Promise<ExecutionReport | undefined> {
    this.started = true;
    return this.service.during(() => this.module.init());
  }
}
