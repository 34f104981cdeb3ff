import { adapterLimits, resolveLimits, type Limits } from './limits.js';
import { nodeRuntime } from './node-runtime.js';
import type { Runtime } from './runtime.js';

/** Clock, timers and limits of the engine that an adapter works for. An adapter has no other clock and no other limits. */
export interface AdapterHost {
  /** Time, timers, ids and randomness. */
  readonly runtime: Runtime;
  /**
   * How long the adapter waits for its system: a moment less than the engine waits for the adapter. To be
   * read at each use, because settings of `ConfigModule` are not known yet when adapters are built.
   */
  readonly limits: Limits;
}

/** The host of an adapter that no application builds: a real process, and the limits that are the default. */
export const nodeHost: AdapterHost = { runtime: nodeRuntime, limits: adapterLimits(resolveLimits()) };

/** The host of adapters that share one connection: the one that was given last, or {@link nodeHost}. */
export class SharedHost implements AdapterHost {
  private last = nodeHost;

  get runtime(): Runtime {
    return this.last.runtime;
  }

  get limits(): Limits {
    return this.last.limits;
  }

  /** From now on it is this one, if one is given. */
  take(host: AdapterHost | undefined): void {
    if (host) this.last = host;
  }
}
