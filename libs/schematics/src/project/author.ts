import { userInfo } from 'node:os';
import type { Manifest } from './manifest.js';

/** Who answers for what is written: the author that package.json names, else the user of this process. */
export function authorOf({ author }: Manifest): string {
  const named = typeof author === 'object' ? author.name : /^[^<(]*/.exec(author ?? '')?.[0]?.trim();
  return named === undefined || named === '' ? userName() : named;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return 'unknown';
  }
}
