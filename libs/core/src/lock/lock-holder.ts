import type { LockRecord, LockStore } from './lock-store.js';

/** Who holds the lock now, by the store's clock; `undefined` where nobody does. */
export async function readHolder(
  lock: Pick<LockStore, 'read'>,
  service: string,
): Promise<LockRecord | undefined> {
  const reading = await lock.read(service);
  if (!reading || reading.expiresAt <= reading.storeNow) return undefined;
  const { storeNow, ...holder } = reading;
  return holder;
}
