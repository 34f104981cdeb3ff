import { unlessAborted } from '../runtime/abort.js';
import { isFinal } from '../errors/flamingock.error.js';
import { mayPass, type JudgesFailures } from '../errors/transience.js';
import type { Runtime } from '../runtime/runtime.js';
import { sleep } from '../runtime/sleep.js';
import type { Lease } from './lease.js';

const PAUSE_MS = 100;

/** Repeats a call to a store or target that failed, for a bounded time and never past the lease. */
export class LeaseBoundRetry {
  constructor(
    private readonly lease: Lease,
    private readonly runtime: Runtime,
    private readonly totalMs: number,
  ) {}

  /**
   * Repeats `work`, which asks the port and must be safe to repeat, until it resolves.
   *
   * @throws LockLostError once the lease is lost; what `work` throws at once where the port says that it
   * does not pass, or the error itself; otherwise the last error when time is up.
   */
  async run<T>(port: JudgesFailures, work: () => Promise<T>): Promise<T> {
    const deadline = this.runtime.monotonicMs() + this.totalMs;
    for (;;) {
      await this.lease.whenHeld();
      try {
        return await unlessAborted(this.lease.signal, work());
      } catch (cause) {
        const passes = !isFinal(cause) && mayPass(port, cause);
        if (!passes || this.runtime.monotonicMs() >= deadline) throw cause;
      }
      await sleep(this.runtime, PAUSE_MS, this.lease.signal);
    }
  }
}
