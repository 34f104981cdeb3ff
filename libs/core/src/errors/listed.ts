/** Reasons as the end of a message, each on a line of its own. */
export function listed(reasons: readonly string[]): string {
  return reasons.map((reason) => `\n  - ${reason}`).join('');
}
