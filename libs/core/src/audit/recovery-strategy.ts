/** What the author of a change allows after a failure whose outcome is not known. */
export const RecoveryStrategy = {
  /** Stop until an operator has checked by hand. The default. */
  MANUAL_INTERVENTION: 'MANUAL_INTERVENTION',
  /** Run the change again; for changes that may safely run twice. */
  ALWAYS_RETRY: 'ALWAYS_RETRY',
} as const;

/** One of the values of {@link RecoveryStrategy}. */
export type RecoveryStrategy = (typeof RecoveryStrategy)[keyof typeof RecoveryStrategy];
