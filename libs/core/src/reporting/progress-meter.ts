import { assertProgress, type ChangeProgress, type ReportProgress } from '../change/change-progress.js';
import { maskSecrets } from '../errors/mask-secrets.js';
import { detached } from '../runtime/async-frames.js';
import type { Runtime } from '../runtime/runtime.js';

/** Milliseconds between two reports that are told. */
const PAUSE_MS = 1_000;

/** Longest note that is told, in UTF-16 code units. */
const MAX_NOTE = 200;

/** Keeps what one call of a change's method reports, and tells of it no more than once a second. */
export class ProgressMeter {
  private done = 0;
  private total: number | undefined;
  private note: string | undefined;
  private isUntold = false;
  private hasEnded = false;
  private callOff: (() => void) | undefined;

  /** `tell` is called outside of the change: what it begins is no part of it. */
  constructor(
    private readonly changeId: string,
    private readonly runtime: Pick<Runtime, 'timer'>,
    private readonly tell: (progress: ChangeProgress) => void,
  ) {}

  /** What the change is handed; needs no `this`. */
  readonly report: ReportProgress = (done, total, note) => {
    if (this.hasEnded) return;
    assertProgress(this.changeId, done, total, note);
    this.done = done;
    this.total = total;
    this.note = note;
    this.isUntold = true;
    if (!this.callOff) detached(() => this.tellNow());
  };

  /** Tells the last report, and ignores those that still come. */
  end(): void {
    this.hasEnded = true;
    this.callOff?.();
    if (this.isUntold) detached(() => this.tell(this.latest()));
  }

  private tellNow(): void {
    this.callOff = this.runtime.timer(
      PAUSE_MS,
      () => {
        this.callOff = undefined;
        if (this.isUntold && !this.hasEnded) this.tellNow();
      },
      'idle',
    );
    this.isUntold = false;
    this.tell(this.latest());
  }

  private latest(): ChangeProgress {
    const { done, total, note } = this;
    return {
      done,
      ...(total !== undefined && { total }),
      ...(note !== undefined && { note: told(note) }),
    };
  }
}

/** On one line, so that no note looks like a line of the log's own. */
function told(note: string): string {
  return maskSecrets(note.slice(0, MAX_NOTE).replaceAll(/\p{Cc}+/gu, ' '));
}
