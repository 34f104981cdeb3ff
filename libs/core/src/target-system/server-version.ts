import { detached } from '../runtime/async-frames.js';
import { inTimeOr } from '../runtime/within-time.js';
import type { Runtime } from '../runtime/runtime.js';
import { factText } from './target-diagnosis.js';
import type { TargetSystem } from './target-system.js';

/** How long a server is waited for, in milliseconds: something has failed, and is to be recorded. */
const WAIT_MS = 1_000;

/**
 * Version of the server behind a target system, asked for apart from any change; `undefined` where it does not say, or
 * not in time. Never rejects.
 */
export async function serverVersionOf(
  target: TargetSystem,
  runtime: Pick<Runtime, 'timer'>,
): Promise<string | undefined> {
  try {
    const asked = detached(async () => factText(await target.serverVersion?.()));
    return await inTimeOr(WAIT_MS, asked, (resolve) => resolve(undefined), runtime);
  } catch {
    return undefined;
  }
}
