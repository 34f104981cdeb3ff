import { releaseCommand } from '../../errors/commands.js';
import { lockRelease, lockStatus, type LockReleaseRequest, type LockStatus } from '../../operations/lock.js';
import type { ReasonedContext } from '../../operations/operation-context.js';
import type { EngineHost } from '../engine-host.js';

/** The run lock: `flamingock.lock`. */
export class LockOperations {
  constructor(private readonly host: EngineHost) {}

  /** Tells who holds the lock, judged by the audit store's clock; by default that of the application's own service. */
  async status(service?: string): Promise<LockStatus> {
    return lockStatus(await this.host.engine(), service);
  }

  /**
   * Frees exactly that acquisition of the lock, without waiting. A holder that is still at work is kept from
   * writing only once the next one has claimed the history. History has no entry of it; who and why are in the
   * event `lock.released`.
   *
   * @returns whether the lock was held by that acquisition.
   * @throws InvalidRequestError
   */
  release(request: LockReleaseRequest, context: ReasonedContext): Promise<boolean> {
    return this.host.perform(
      context,
      (engine, operation) => lockRelease(engine, request, operation),
      releaseCommand(request.token),
    );
  }
}
