/**
 * Version of what this library writes: entries and their states, heads, locks, fences and markers. It is
 * raised with each change that an earlier version would read wrongly; such a version then refuses the history.
 */
export const HISTORY_FORMAT = 1;

/**
 * End of a service's history, and its fence: only the holder that carries the head's token may append.
 */
export interface AuditHead {
  /** Lock token of the last holder that claimed the head; 0 before the first. */
  readonly token: number;
  /** Owner of that hold of the lock; `null` before the first, or where a version wrote it that knew no owner. */
  readonly owner: string | null;
  /** `seq` of the last entry; 0 while there is none. */
  readonly seq: number;
  /** `hash` of the last entry. */
  readonly hash: string;
  /**
   * Highest {@link HISTORY_FORMAT} of the versions that have claimed the head.
   *
   * @default 1, where a version wrote it that knew of none
   */
  readonly format?: number;
  /** Set by a run that left nothing to do; void as soon as `seq` moves on. */
  readonly settled: Settlement | null;
}

/** Proof that a pipeline had nothing to do while the history ended at `seq`. */
export interface Settlement {
  readonly seq: number;
  /** Digest of the pipeline, see `pipelineDigest`. */
  readonly digest: string;
}

/** A head that is at rest. */
type HeadAtRest = AuditHead & { readonly settled: Settlement };

/** True while the history still ends where a run of some pipeline left nothing to do. */
export function isAtRest(head: AuditHead | undefined): head is HeadAtRest {
  return head !== undefined && head.settled?.seq === head.seq;
}

/** True where some holder has had the history, and the last one has left something undone, or is at work. */
export function isLeft(head: AuditHead | undefined): boolean {
  return head !== undefined && !isAtRest(head);
}

/** True while the history still ends where a run of this very pipeline left nothing to do. */
export function isSettled(head: AuditHead | undefined, digest: string): boolean {
  return isAtRest(head) && head.settled.digest === digest;
}
