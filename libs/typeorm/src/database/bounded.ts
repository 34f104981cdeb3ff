import { withinTime } from '@nestjs-flamingock/core/adapter';
import { ConnectionHangsError } from '../typeorm.errors.js';

/** How long a statement of ours may take, in milliseconds; after it its connection is closed. */
export const ANSWER_MS = 60_000;

/**
 * What `work` resolves to, if it does so in time.
 *
 * @throws ConnectionHangsError otherwise; nobody waits for `work` any more.
 */
export function bounded<T>(ms: number, work: Promise<T>): Promise<T> {
  return withinTime(ms, work, () => new ConnectionHangsError(ms));
}
