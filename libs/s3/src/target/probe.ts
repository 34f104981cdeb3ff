import type { AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { Bucket } from '../connection/bucket.js';
import { isNotImplemented, isTaken } from '../connection/failures.js';
import type { Layout } from './layout.js';

/** What a store can do, found out by trying. */
export interface Abilities {
  /** Why it cannot keep markers, with the remedy; undefined if it can. */
  readonly objection: string | undefined;
  /** Whether it refuses to delete an object that is not the one that was named by its ETag. */
  readonly deletesOnCondition: boolean;
}

const OBJECTION =
  'the store does not refuse a second PutObject with If-None-Match: * on the same key, so that it cannot keep two ' +
  'instances apart. Use a store, or a later version of it, that honours conditional writes, or declare its changes transactional: false.';

/** An ETag that no object has. */
const NO_ETAG = '"00000000000000000000000000000000"';

/** Puts an object twice under a key of its own, and deletes it. */
export async function probe(bucket: Bucket, layout: Layout, host: AdapterHost): Promise<Abilities> {
  const key = layout.probes + host.runtime.uuid();
  await isRefused(bucket.putSmall(key, { Body: 'probe', IfNoneMatch: '*' }));
  const refusesSecond = await isRefused(bucket.putSmall(key, { Body: 'second', IfNoneMatch: '*' }));
  const deletesOnCondition = await isRefused(bucket.delete(key, NO_ETAG));
  await bucket.delete(key);
  return { objection: refusesSecond ? undefined : OBJECTION, deletesOnCondition };
}

async function isRefused(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return false;
  } catch (error) {
    if (isTaken(error)) return true;
    if (isNotImplemented(error)) return false;
    throw error;
  }
}
