import { ConnectionHangsError } from '../typeorm.errors.js';

/**
 * What `work` resolves to, if it does so in time.
 *
 * @throws ConnectionHangsError otherwise; nobody waits for `work` any more.
 */
export async function bounded<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionHangsError(ms)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
