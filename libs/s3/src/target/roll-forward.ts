import { batchesOf, type Bucket } from '../connection/bucket.js';
import { isTaken } from '../connection/failures.js';
import { allSettled } from '../connection/limiter.js';
import type { Manifest, Operation } from './manifest.js';

/** Objects whose staged ones are removed together: what has gone that far is not repeated. */
const BATCH = 1_000;

/**
 * Does what a committed manifest says. May be repeated, by several at a time: a staged object goes only once all before
 * it is done, so that whoever comes too late finds nothing to copy, and changes nothing.
 *
 * @param staged the keys of its staged objects that are still there
 */
export async function rollForward(
  bucket: Bucket,
  manifest: Manifest,
  staged: readonly string[],
): Promise<void> {
  if (staged.length === 0) return;
  const there = new Set(staged);
  const deletions = manifest.operations.filter((operation) => operation.kind === 'delete');
  await allSettled(deletions.map((deletion) => deleteObject(bucket, deletion)));
  const puts = manifest.operations.filter((operation) => operation.kind === 'put');
  for (const batch of batchesOf(
    puts.filter(({ source }) => there.has(source)),
    BATCH,
  )) {
    await allSettled(
      batch.map(({ source, key, storageClass }) => bucket.copy({ key: source }, key, storageClass)),
    );
    await bucket.deleteAll(batch.map(({ source }) => source));
    for (const { source } of batch) there.delete(source);
  }
  await bucket.deleteAll([...there]);
}

/** Spares what somebody else has written since the commit began. */
async function deleteObject(
  bucket: Bucket,
  { key, etag }: Extract<Operation, { kind: 'delete' }>,
): Promise<void> {
  try {
    await bucket.delete(key, etag);
  } catch (error) {
    if (etag === undefined || !isTaken(error)) throw error;
  }
}

/** The keys of the staged objects of a manifest that are there. */
export async function stagedOf(bucket: Bucket, { folder }: Manifest): Promise<readonly string[]> {
  if (folder === undefined) return [];
  const keys: string[] = [];
  for await (const { Key } of bucket.list(folder)) if (Key !== undefined) keys.push(Key);
  return keys;
}
