import type { ChangeRun } from '@nestjs-flamingock/core/adapter';
import { PreviousVersionUnknownError } from '../s3.errors.js';
import { isOf, type Manifest } from './manifest.js';
import type { ManifestLog } from './manifest-log.js';

/**
 * Which version an object had before the change was executed; `null` where there was none.
 *
 * @param key the whole key
 * @throws PreviousVersionUnknownError
 */
export async function previousVersion(
  log: Pick<ManifestLog, 'read'>,
  newest: Manifest,
  change: ChangeRun,
  key: string,
): Promise<string | null> {
  const unknown = (why: string): Error => new PreviousVersionUnknownError(change.changeId, key, why);
  const recorded = newest.recorded.find((one) => isOf(one, change));
  if (!recorded) throw unknown('the bucket had no versions when the change was executed');
  const manifest = await log.read(recorded.number);
  const operation = manifest?.operations.find((one) => one.key === key);
  if (!operation) throw unknown('the change has not written the object');
  if (operation.previous === undefined) throw unknown('no version was recorded');
  return operation.previous;
}
