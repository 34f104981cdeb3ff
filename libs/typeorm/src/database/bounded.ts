import { withinTime, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import { ConnectionHangsError } from '../typeorm.errors.js';

/**
 * What `work` resolves to, if it does so within `ms` milliseconds.
 *
 * @throws ConnectionHangsError otherwise; `work` is not waited for any more.
 */
export function bounded<T>({ runtime }: AdapterHost, ms: number, work: Promise<T>): Promise<T> {
  return withinTime(ms, work, () => new ConnectionHangsError(ms), runtime);
}
