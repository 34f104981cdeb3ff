/** What the command tells its caller by its exit code. */
export const ExitCode = {
  /** Done. */
  DONE: 0,
  /** It was tried, and failed. */
  FAILED: 1,
  /** It was asked for in a way that makes no sense; nothing was done. */
  USAGE: 2,
  /** It was done, and shows something that needs an operator. */
  ATTENTION: 3,
  /** Nothing failed, and changes that failed before are not to be executed yet. */
  NOT_YET: 4,
} as const;

/** One of {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
