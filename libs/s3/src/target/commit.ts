import { FencedError } from '@nestjs-flamingock/core';
import type { Marker, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import type { Edit, StagingSession } from '../change/staging-session.js';
import type { Bucket } from '../connection/bucket.js';
import { allSettled } from '../connection/limiter.js';
import { UnconfirmedWriteError } from '../s3.errors.js';
import { passFence, withFence, withMarker, withRecorded, type Manifest, type Operation } from './manifest.js';
import type { ManifestLog, Next, Step } from './manifest-log.js';
import type { Abilities } from './probe.js';

/** What a commit works with. */
export interface CommitResources {
  /** Has ended. */
  readonly session: StagingSession;
  readonly folder: string;
  readonly log: ManifestLog;
  readonly bucket: Bucket;
  readonly abilities: Pick<Abilities, 'deletesOnCondition'>;
  /** The newest manifest when the transaction began. */
  readonly base: Manifest;
  /** How errors name the target. */
  readonly title: string;
}

/** Publishes what was staged, with fence and marker, in one step, and then puts it in place. */
export async function commit(
  resources: CommitResources,
  marker: Marker | undefined,
): Promise<TransactionOutcome> {
  const { log, bucket, session, base } = resources;
  let manifest: Manifest;
  try {
    await markStaging(resources);
    manifest = await log.publish(nextOf(resources, marker), () => stepOf(resources), base);
  } catch (error) {
    // Where the answer is lost it may have taken effect: the marker tells.
    if (error instanceof UnconfirmedWriteError) return { status: 'unknown', error };
    await bucket.deleteAll(session.staged).catch(() => undefined);
    return { status: 'rolled-back', error };
  }
  try {
    await log.settle(manifest, session.staged);
    return { status: 'committed' };
  } catch (error) {
    return { status: 'unknown', error };
  }
}

/** As long as one staged object is there, something may be left to do: a change that only deletes needs one, too. */
async function markStaging({ session }: CommitResources): Promise<void> {
  if (session.staged.length === 0 && session.edited.size > 0) await session.stageSign();
}

/** Whoever has read markers since the transaction began was told that it did not commit. */
function nextOf({ base, title, session }: CommitResources, marker: Marker | undefined): Next {
  if (!marker) return (newest) => newest;
  const { service, changeId, token, operation } = marker;
  const { reads } = passFence(base, marker, title);
  return (newest) => {
    const fence = passFence(newest, marker, title);
    if (fence.reads !== reads) throw new FencedError(service, token, title);
    const state = withMarker(withFence(newest, fence), marker);
    const isRecorded = session.hasVersions && operation === 'EXECUTE';
    return isRecorded ? withRecorded(state, { service, changeId, number: newest.number + 1 }) : state;
  };
}

async function stepOf({ session, folder, bucket, abilities }: CommitResources): Promise<Step> {
  if (session.edited.size === 0) return { operations: [] };
  const operations = await allSettled(
    [...session.edited].map(([key, edit]) => operationOf(key, edit, { bucket, abilities, session })),
  );
  return { folder, operations: operations.filter((operation) => operation !== undefined) };
}

async function operationOf(
  key: string,
  edit: Edit,
  { bucket, abilities, session }: Pick<CommitResources, 'bucket' | 'abilities' | 'session'>,
): Promise<Operation | undefined> {
  const isConditional = edit.kind === 'delete' && abilities.deletesOnCondition;
  const isLookedAt = session.hasVersions || isConditional;
  const now = isLookedAt ? await bucket.head(key) : undefined;
  const previous = session.hasVersions ? { previous: now?.VersionId ?? null } : {};
  if (edit.kind === 'put') {
    const { source, storageClass } = edit;
    return { kind: 'put', key, source, ...(storageClass !== undefined && { storageClass }), ...previous };
  }
  if (isLookedAt && !now) return undefined;
  const etag = isConditional ? now?.ETag : undefined;
  return { kind: 'delete', key, ...(etag !== undefined && { etag }), ...previous };
}
