import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects garbage until `isGone`, or as often as it may. */
export async function collectGarbage(isGone: () => boolean, atMost = 10): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < atMost && !isGone(); round += 1) {
    collect();
    await turn();
  }
}
