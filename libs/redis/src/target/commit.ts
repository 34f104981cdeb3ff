import { PartlyAppliedError } from '@nestjs-flamingock/core';
import type { Marker, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { awaitAcknowledgement } from './acknowledgement.js';
import type { ChangeSession } from '../change/change-session.js';
import { isReply, type RedisConnection } from '../connection/redis-connection.js';
import type { RedisKeys } from '../connection/redis-keys.js';
import type { RedisLink } from '../connection/redis-link.js';
import { markerWords, type RedisMarkerStore } from './redis.marker-store.js';
import { COMMIT } from '../connection/redis-scripts.js';
import { CommandFailedError, WatchedKeyChangedError } from '../redis.errors.js';
import type { RedisSettings } from '../redis.options.js';

/** What a commit works with. */
export interface CommitResources {
  /** Has ended. */
  readonly session: ChangeSession;
  readonly connection: RedisConnection;
  /** The fence as the transaction has raised it; empty without a marker. */
  readonly fence: string;
  readonly link: RedisLink;
  readonly markers: RedisMarkerStore;
  readonly keys: RedisKeys;
  readonly settings: RedisSettings;
}

/** What the commit script answers, see {@link COMMIT}; null: a watched key was changed. */
type Answer =
  readonly [status: 'committed' | 'fenced' | 'refused' | 'failed' | 'partly', detail?: string] | null;

/** What a server answers in place of running anything. */
const REFUSALS =
  /^(?:BUSY|LOADING|READONLY|MISCONF|OOM|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|CROSSSLOT|NOAUTH|NOPERM|EXECABORT)\b/;

/**
 * Applies what was collected, with fence and marker, in one step.
 *
 * Rejects only if nothing was sent.
 */
export async function commit(
  resources: CommitResources,
  marker: Marker | undefined,
): Promise<TransactionOutcome> {
  const { session, link, settings, keys } = resources;
  const isLost = !resources.connection.isOpen && !session.isWatching;
  const connection = isLost ? await link.connection() : resources.connection;
  const names = [keys.fences, keys.markers, ...session.collector.keys];
  const words = [...markerWords(marker, resources.fence), ...session.collector.words];
  if (session.isWatching) await connection.queue(COMMIT, names, words);
  let answer: Answer;
  try {
    const running = session.isWatching ? connection.exec() : connection.run(COMMIT, names, words);
    answer = (await running) as Answer;
  } catch (error) {
    // Inside a script these are answers, too, but those name the script.
    const isRefused =
      isReply(error) && REFUSALS.test(error.message) && !error.message.includes('user_script');
    if (session.isWatching) connection.close();
    return { status: isRefused ? 'rolled-back' : 'unknown', error };
  }
  const outcome = outcomeOf(answer, resources, marker);
  if (outcome.status !== 'committed') return outcome;
  try {
    await awaitAcknowledgement(connection, settings);
    return outcome;
  } catch (error) {
    // It counts once the others have it, which a look at the marker waits for.
    return { status: 'unknown', error };
  }
}

function outcomeOf(
  answer: Answer,
  { session: { changeId }, markers }: CommitResources,
  marker: Marker | undefined,
): TransactionOutcome {
  if (!answer) return { status: 'rolled-back', error: new WatchedKeyChangedError(changeId) };
  const [status, detail = ''] = answer;
  switch (status) {
    case 'committed':
      return { status };
    case 'fenced':
      return {
        status: 'rolled-back',
        error: markers.fenced(marker?.service ?? changeId, marker?.token ?? 0),
      };
    case 'refused':
    case 'failed':
      return { status: 'rolled-back', error: new CommandFailedError(changeId, detail) };
    case 'partly':
      return {
        status: 'partly-applied',
        error: new PartlyAppliedError(changeId, detail),
        proven: marker !== undefined,
      };
  }
}
