/** Milliseconds for which something runs before its progress is logged. */
const FIRST_MS = 5_000;
/** It is logged again after twice as long as before, up to this, in milliseconds. */
const LONGEST_MS = 60_000;

/** Decides which of many reports about something that goes on are worth a line of the log. */
export class ProgressLog {
  private about = '';
  private dueMs = FIRST_MS;
  private pauseMs = FIRST_MS;
  private hasTold = false;

  /** Whether what `about` reports after so many milliseconds is to be logged. */
  isDue(about: string, runningMs: number): boolean {
    if (about !== this.about) {
      this.about = about;
      this.pauseMs = FIRST_MS;
      this.dueMs = FIRST_MS;
    }
    if (runningMs < this.dueMs) return false;
    this.dueMs = runningMs + this.pauseMs;
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_MS);
    this.hasTold = true;
    return true;
  }

  /** Whether anything was logged since this was asked last. */
  takeTold(): boolean {
    const { hasTold } = this;
    this.hasTold = false;
    return hasTold;
  }
}
