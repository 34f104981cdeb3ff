import type { AuditStore } from '../audit/audit-store.js';
import type { LockProgress } from '../lock/lock-progress.js';
import type { EventPublisher } from '../reporting/event-publisher.js';
import type { Runtime } from '../runtime/runtime.js';
import type { EngineSettings } from './engine-settings.js';
import type { Pipeline } from '../plan/pipeline.js';
import type { TargetSystem } from '../target-system/target-system.js';

/** What every operation works with. */
export interface Engine {
  readonly pipeline: Pipeline;
  readonly store: AuditStore;
  readonly runtime: Runtime;
  /** Every registered one, also where no change names it. */
  readonly targets: readonly TargetSystem[];
  readonly events: EventPublisher;
  readonly settings: EngineSettings;
  /** What is no fault of its changes, and hardly meant; every report has it. */
  readonly warnings?: readonly string[];
  /** Readies what changes that are about to run use; absent where nothing needs it. */
  readonly initialise?: (uses: readonly unknown[]) => Promise<void>;
  /** Of the one operation that it was handed to. */
  readonly progress?: LockProgress;
}
