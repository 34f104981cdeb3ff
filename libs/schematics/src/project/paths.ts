import { posix } from 'node:path';

/** What a file writes to import another one of the project. */
export function specifierTo(file: string, from: string, extension: string): string {
  const path = posix.relative(posix.dirname(from), file).replace(/\.ts$/, extension);
  return path.startsWith('.') ? path : `./${path}`;
}
