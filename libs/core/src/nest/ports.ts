/** A port in words. */
export const A_PORT = 'a port, a whole number from 0 to 65535';

/** True for a number that a server can listen on, or 0. */
export function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535;
}
