import { FencedError, TransactionsUnsupportedError } from '@nestjs-flamingock/core';
import type { LockHold, Marker, MarkerStore, TargetFence } from '@nestjs-flamingock/core/adapter';
import { awaitAcknowledgement } from './acknowledgement.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { markerField, markerNames, type RedisKeys } from '../connection/redis-keys.js';
import type { RedisLink } from '../connection/redis-link.js';
import { CLEAR_MARKERS, LIST_MARKERS, READ_MARKER } from '../connection/redis-scripts.js';
import type { RedisSettings } from '../redis.options.js';

/** Fields of a marker whose names are not in the key already. The token is text: Lua would round it. */
interface StoredMarker {
  readonly executionId: string;
  readonly operation: Marker['operation'];
  readonly token: string;
  readonly owner: string;
  readonly partial?: string;
}

/** Markers and fences in two hashes of the target system's own Redis. */
export class RedisMarkerStore implements MarkerStore {
  constructor(
    private readonly targetSystem: string,
    private readonly link: RedisLink,
    private readonly keys: RedisKeys,
    private readonly settings: RedisSettings,
    private readonly objection: () => Promise<string | undefined>,
  ) {}

  /** @throws TransactionsUnsupportedError where this server cannot keep markers; RedisUnreachableError. */
  async prepare(): Promise<void> {
    const objection = await this.objection();
    if (objection !== undefined) throw new TransactionsUnsupportedError(this.targetSystem, objection);
  }

  async look(service: string): Promise<TargetFence | undefined> {
    const connection = await this.link.connection();
    const fence = (await connection.call('HGET', [this.keys.fences, service])) as string | null;
    const [token = '', , owner = null] = fence?.split(' ') ?? [];
    return token === '' ? undefined : { token: Number(token), owner };
  }

  async claim(hold: LockHold): Promise<void> {
    const connection = await this.link.connection();
    await this.raiseFence(connection, hold, '');
    await awaitAcknowledgement(connection, this.settings);
  }

  /**
   * Resolves with a marker only once as many servers have it as the options ask for.
   *
   * @throws NotAcknowledgedError while they have not.
   */
  async read(hold: LockHold, changeId: string): Promise<Marker | undefined> {
    const connection = await this.link.connection();
    const { service } = hold;
    const { stored } = await this.raiseFence(connection, hold, changeId);
    if (stored === '') return undefined;
    await awaitAcknowledgement(connection, this.settings);
    return toMarker(service, changeId, stored);
  }

  async list(service: string): Promise<readonly Marker[]> {
    const connection = await this.link.connection();
    const answer = (await connection.run(LIST_MARKERS, [this.keys.markers], [])) as string[];
    const markers: Marker[] = [];
    for (let at = 0; at < answer.length; at += 2) {
      const [of, changeId] = markerNames(answer[at] ?? '');
      if (of === service) markers.push(toMarker(service, changeId, answer[at + 1] ?? ''));
    }
    return markers;
  }

  async clear({ service, token, owner }: LockHold, changeIds: readonly string[]): Promise<void> {
    if (changeIds.length === 0) return;
    const connection = await this.link.connection();
    const fields = changeIds.map((changeId) => markerField(service, changeId));
    await connection.run(CLEAR_MARKERS, [this.keys.markers], [String(token), owner, ...fields]);
  }

  /**
   * Raises the fence to the hold; returns it as it is now, which only the next commit may find, and
   * the marker as it is stored, or an empty text.
   *
   * @throws FencedError when it is already higher, or carries this token for another owner.
   */
  async raiseFence(
    connection: RedisConnection,
    { service, token, owner }: LockHold,
    changeId: string,
  ): Promise<{ readonly fence: string; readonly stored: string }> {
    const keys = [this.keys.fences, this.keys.markers];
    const words = [service, String(token), markerField(service, changeId), owner];
    const answer = (await connection.run(READ_MARKER, keys, words)) as string[];
    const [status, fence = '', stored = ''] = answer;
    if (status === 'fenced') throw this.fenced(service, token);
    return { fence, stored };
  }

  /** What the fence says to a token that is too low. */
  fenced(service: string, token: number): FencedError {
    return new FencedError(service, token, `target system "${this.targetSystem}"`);
  }
}

function toMarker(service: string, changeId: string, stored: string): Marker {
  const fields = JSON.parse(stored) as StoredMarker;
  return { ...fields, service, changeId, token: Number(fields.token) };
}

/** The first words of the commit script: how it knows fence and marker. Empty without a marker. */
export function markerWords(marker: Marker | undefined, fence: string): readonly string[] {
  if (!marker) return ['', '', '', ''];
  const { service, changeId, executionId, operation, owner } = marker;
  const stored: StoredMarker = { executionId, operation, token: String(marker.token), owner };
  return [service, fence, markerField(service, changeId), JSON.stringify(stored)];
}
