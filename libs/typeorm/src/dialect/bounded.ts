import { withinTime } from '@nestjs-flamingock/core';
import { ConnectionHangsError } from '../typeorm.errors.js';

/**
 * What `work` resolves to, if it does so in time.
 *
 * @throws ConnectionHangsError otherwise; nobody waits for `work` any more.
 */
export function bounded<T>(ms: number, work: Promise<T>): Promise<T> {
  return withinTime(ms, work, () => new ConnectionHangsError(ms));
}
