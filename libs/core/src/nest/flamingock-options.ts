import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { Playbook } from '../recovery/playbook.js';
import type { EngineSettings } from '../run/engine-settings.js';
import type { ResilienceSettings } from './resilience-options.js';
import type { AuditStoreDefinition, TargetSystemDefinition } from './adapter-definition.js';
import type { EvidenceSettings } from './evidence-settings.js';
import type {
  ApprovalOptions,
  DiagnosisOptions,
  LockOptions,
  ResolutionOptions,
  RetryOptions,
  TimeoutOptions,
} from './setting-groups.js';
import type { ProbeSettings } from './probe-options.js';

/** When pending changes are applied. */
export type RunAt = 'bootstrap' | 'after-module-init' | 'manual';

/** What a process does about pending changes as it starts. */
export type ProcessRole = 'both' | 'execute' | 'wait';

/** How the module behaves. Everything has a default; what is set in code wins over `flamingockConfig`. */
export interface FlamingockSettings extends ResilienceSettings {
  /**
   * False: the module loads and never runs anything.
   *
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * Name under which history and lock are kept. Applications with different changes on
   * one audit store need different names; instances of one application the same.
   *
   * @default the name in the nearest package.json, from the working directory or else the started script upwards;
   * needed where there is none
   */
  readonly service?: string;
  /**
   * `bootstrap`: before any hook of the application is called and before a transport
   * listens, so that nothing consumes work until changes are applied. `after-module-init`:
   * once every `onModuleInit` has been called, and before any `onApplicationBootstrap`;
   * queue workers and schedules may be at work by then. `manual`: only when
   * `FlamingockService.execute()` is called. `module-init` is an older name of `bootstrap`.
   *
   * @default 'bootstrap'
   */
  readonly runAt?: RunAt | 'module-init';
  /**
   * `both`: applies pending changes, then serves. `execute`: applies them and ends the process with exit code 0, without
   * serving; a failure stops the start as it always does. `wait`: never applies, locks or writes anything; serves once
   * another process has left nothing to do. With `runAt: 'manual'` it only says what `FlamingockService.execute()` does.
   *
   * @default 'both'
   */
  readonly role?: ProcessRole;
  /**
   * Names of the stages, in the order in which they run. Needed as soon as there is
   * more than one.
   */
  readonly stages?: readonly string[];
  /**
   * Whether consecutive changes in the audit store's own database may share a commit, each behind a savepoint.
   * `'auto'`: those whose class and methods are given nothing but what belongs to the transaction, where
   * the target system can do so. `'each'`: every change has a commit of its own.
   *
   * @default 'auto'
   */
  readonly commit?: EngineSettings['commit'];
  /**
   * What a failed or blocked change does. `fail`: stops the run and the start-up.
   * `skip`: leaves out the rest of its stage only.
   *
   * @default 'fail'
   */
  readonly onIssue?: EngineSettings['onIssue'];
  /**
   * What to do about a pending change that is ordered before an applied one.
   *
   * @default 'warn'
   */
  readonly outOfOrder?: EngineSettings['outOfOrder'];
  /**
   * What to do about a pending change that has the class or the place of an applied one which the
   * code no longer has: it was probably renamed, and is applied already under its former id.
   *
   * @default 'fail'
   */
  readonly renamedChanges?: EngineSettings['renamedChanges'];
  /**
   * What to do about an applied change whose code, author, place or target system is not any more
   * what was applied.
   *
   * @default 'warn'
   */
  readonly editedChanges?: EngineSettings['editedChanges'];
  /** `start`: each run asks applied changes at its end, by `@Verify()`, whether they are still there. @default 'never' */
  readonly driftAt?: EngineSettings['driftAt'];
  /**
   * Whether what is for development only is allowed: `redo`, which runs an applied change again. Never where
   * `NODE_ENV` is `production`, whatever is set here.
   *
   * @default true where FLAMINGOCK_DEV is 1, or it is not set and NODE_ENV is development
   */
  readonly development?: boolean;
  readonly lock?: LockOptions;
  /**
   * How a change is tried again within a run that failed for a reason which its target system calls transient, such as
   * a deadlock or a lost connection, and of which nothing is left. `retry: false` of a change turns it off.
   */
  readonly retry?: RetryOptions;
  /** Which pending changes run only once people have approved them, and what a start does about others. */
  readonly approvals?: ApprovalOptions;
  /** What an operator needs before `audit fix` and `undo` do anything. */
  readonly resolution?: ResolutionOptions;
  /**
   * Playbooks: what is done without a person about changes that need a manual check, in this order; the first that
   * matches counts. Recorded as done by `playbook:<name>`.
   *
   * @default none
   */
  readonly resolutions?: readonly Playbook[];
  /** What the entry of a failure says beside its error text. */
  readonly diagnosis?: DiagnosisOptions;
  readonly timeouts?: TimeoutOptions;
  /**
   * A small HTTP server of its own for those who watch a start: `/livez`, `/readyz` and `/metrics`. It opens before
   * connections do and before the first change. `false`: none.
   *
   * @default false
   */
  readonly probe?: ProbeSettings | false;
  /** Signs where the history ends after each run and operation that has recorded anything. See `docs/evidence.md`. */
  readonly evidence?: EvidenceSettings;
  /**
   * Signals that stop a run while it is going on. They are listened to only meanwhile.
   *
   * @default ['SIGTERM', 'SIGINT']
   */
  readonly shutdownSignals?: readonly NodeJS.Signals[];
}

/** Where history lives, and what can be changed. */
export interface FlamingockAdapters {
  readonly auditStore: AuditStoreDefinition;
  readonly targetSystems: readonly TargetSystemDefinition[];
}

/** Options of `FlamingockModule.forRoot`. */
export interface FlamingockModuleOptions extends FlamingockAdapters, FlamingockSettings {}

/** A class that makes settings, for `useClass` and `useExisting`. */
export interface FlamingockSettingsFactory {
  createFlamingockSettings(): FlamingockSettings | Promise<FlamingockSettings>;
}

/** Options of `FlamingockModule.forRootAsync`: adapters as they are, settings from a factory. */
export interface FlamingockModuleAsyncOptions extends FlamingockAdapters {
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly inject?: NonNullable<FactoryProvider['inject']>;
  readonly useFactory?: (...dependencies: never[]) => FlamingockSettings | Promise<FlamingockSettings>;
  readonly useClass?: Type<FlamingockSettingsFactory>;
  readonly useExisting?: Type<FlamingockSettingsFactory>;
}
