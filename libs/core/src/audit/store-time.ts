/** A moment as entries have it, ISO 8601 in UTC, of milliseconds since 1970. */
export function momentOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Milliseconds since 1970 of a moment as entries have it. */
export function millisecondsOf(moment: string): number {
  return Date.parse(moment);
}
