/**
 * Resolves once the event loop has come around: a call of a driver has sent its first statement by then. No
 * time passes for it on any clock, so that it is no part of `Runtime`.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
