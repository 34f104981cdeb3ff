import { userInfo } from 'node:os';

/** Who is at work, unless `--by` says it. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return `uid ${String(process.getuid?.() ?? 'unknown')}`;
  }
}
