/** Clocks of a machine, in milliseconds; each has another zero. */
export interface MachineClocks {
  /** Never goes back; may stand still while the machine is suspended. */
  readonly monotonicMs: () => number;
  /** The machine's date and time, which may be set forward or back. */
  readonly wallMs: () => number;
  /** Since the machine was started, suspension included. Slow to ask. */
  readonly uptimeMs: () => number;
}

/** The uptime is asked once the wall clock has moved so far against the monotonic one, in milliseconds. */
const NOTICE_MS = 20;

/** The wall clock is looked at no more often than this, in milliseconds: no call to a server fits in between. */
const LOOK_EVERY_MS = 0.1;

/**
 * A monotonic clock that counts the time in which the machine was suspended, as leases in a store go on
 * meanwhile. The wall clock is only a hint that something has happened: the uptime says what.
 */
export function wakingClock({ monotonicMs, wallMs, uptimeMs }: MachineClocks): () => number {
  const uptimeAhead = uptimeMs() - monotonicMs();
  let wallAhead = wallMs() - monotonicMs();
  let suspendedMs = 0;
  let lookedAt = -Infinity;
  return () => {
    const now = monotonicMs();
    if (now - lookedAt < LOOK_EVERY_MS) return now + suspendedMs;
    lookedAt = now;
    const moved = wallMs() - now - wallAhead;
    if (Math.abs(moved) >= NOTICE_MS) {
      wallAhead += moved;
      suspendedMs = Math.max(suspendedMs, uptimeMs() - now - uptimeAhead);
    }
    return now + suspendedMs;
  };
}
