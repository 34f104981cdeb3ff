import type { Lease } from './lease.js';
import type { LockRecord } from './lock-store.js';

/** How far one run or operation has come with its lock, for messages about it while it goes on. */
export class LockProgress {
  private lease: Lease | undefined;
  private wait: { readonly holder: LockRecord | undefined } | undefined;

  /** Who holds the lock that it waits for; `undefined` where it does not wait. */
  get waitsFor(): { readonly holder: LockRecord | undefined } | undefined {
    return this.wait;
  }

  /** `before`: nothing was run. `over`: all is recorded, and the lock given back. */
  get state(): 'before' | 'at work' | 'over' {
    if (!this.lease) return 'before';
    return this.lease.isReleased ? 'over' : 'at work';
  }

  /** It asked for the lock, which another instance holds. */
  waiting(holder: LockRecord | undefined): void {
    this.wait = { holder };
  }

  /** It does not wait any more: with the lock, or with nothing left to do. */
  ended(lease: Lease | undefined): void {
    this.wait = undefined;
    this.lease = lease;
  }
}
