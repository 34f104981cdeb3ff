import type { Runtime } from '../runtime/runtime.js';
import { inTimeOr } from '../runtime/within-time.js';

/** How long a write may take before a look for a transaction in its way, and between two looks. */
const LOOK_MS = 200;

/** How a write gets past an open transaction of a holder that was succeeded. */
export interface TakeOverActions<H> {
  /**
   * Looks who is in the way, and ends whom it may if that is the one `seen` before: one
   * that is just committing is gone by the next look.
   */
  readonly endHolder: (seen: H | undefined) => Promise<H | undefined>;
  /** What to throw for one that stays; `cause` if it could not be ended. */
  readonly refusal: (holder: H | undefined, cause: unknown) => Error;
  /** How long the write is waited for, in milliseconds. */
  readonly patienceMs: number;
}

/**
 * Waits for a write that an open transaction may be in the way of, and has that
 * transaction ended if it hangs. For adapters whose servers can end one.
 *
 * @throws the refusal when it stays in the way; what the write does then is not waited for.
 */
export async function takeOver<T, H>(
  writing: Promise<T>,
  { endHolder, refusal, patienceMs }: TakeOverActions<H>,
  runtime: Pick<Runtime, 'monotonicMs' | 'timer'>,
): Promise<T> {
  const deadline = runtime.monotonicMs() + patienceMs;
  let holder: H | undefined;
  let cause: unknown;
  while (!(await endsSoon(writing, runtime))) {
    if (runtime.monotonicMs() >= deadline) throw refusal(holder, cause);
    try {
      holder = await endHolder(holder);
    } catch (error) {
      cause = error;
    }
  }
  return writing;
}

function endsSoon(writing: Promise<unknown>, runtime: Pick<Runtime, 'timer'>): Promise<boolean> {
  const ended = writing.then(
    () => true,
    () => true,
  );
  return inTimeOr(LOOK_MS, ended, (resolve) => resolve(false), runtime);
}
