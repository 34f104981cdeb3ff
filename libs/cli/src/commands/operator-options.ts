/** The option that says why. */
export const REASON = ['--reason <text>', 'why; recorded'] as const;
/** The same where it must be given, as the command itself checks. */
export const NEEDED_REASON = ['--reason <text>', 'why; must be given, and is recorded'] as const;
/** The option that says who. */
export const BY = [
  '--by <[kind:]name>',
  'who; recorded (default: FLAMINGOCK_ACTOR, the one that CI names, the user of this process)',
] as const;
/** The option that confirms what a dry run has shown. */
export const CONFIRM = ['--confirm <digest>', 'do this and nothing else, as --dry-run shows it'] as const;
