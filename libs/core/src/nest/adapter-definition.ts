import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { AuditStore } from '../audit/audit-store.js';
import type { ProvidedHandle } from '../target-system/provided-handle.js';
import type { TargetSystem } from '../target-system/target-system.js';

/**
 * How Nest builds an adapter: what it imports, what it injects, and the function
 * that turns the injected connection into the adapter. An adapter opens no
 * connection of its own.
 */
export interface AdapterDefinition<T> {
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly inject?: NonNullable<FactoryProvider['inject']>;
  readonly useFactory: (...dependencies: never[]) => T | Promise<T>;
  /** What is wrong with the options that it was made with. The start tells it together with all else, and ends. */
  readonly faults?: readonly string[];
  /** What to tell where no module provides what it injects: which, and the option to write. */
  readonly whenMissing?: string;
}

/** An audit store for `forRoot`, as an adapter's function such as `typeOrmAuditStore()` returns it. */
export type AuditStoreDefinition = AdapterDefinition<AuditStore>;

/** A target system for `forRoot`. */
export interface TargetSystemDefinition extends AdapterDefinition<TargetSystem> {
  /** The name that `@TargetSystem(id)` refers to. */
  readonly id: string;
  /** What else parameters of this target's changes may ask for, before Nest's container is asked. */
  readonly provide?: readonly ProvidedHandle[];
}
