import { FencedError, type Marker, type MarkerStore } from '@nestjs-flamingock/core';
import { awaitAcknowledgement } from './acknowledgement.js';
import type { RedisConnection } from './redis-connection.js';
import { markerField, type RedisKeys } from './redis-keys.js';
import type { RedisLink } from './redis-link.js';
import { CLEAR_MARKERS, READ_MARKER } from './redis-scripts.js';
import { TransactionsUnsupportedError } from './redis.errors.js';
import type { RedisSettings } from './redis.options.js';

/** Fields of a marker whose names are not in the key already. The token is text: Lua would round it. */
interface StoredMarker {
  readonly executionId: string;
  readonly operation: Marker['operation'];
  readonly token: string;
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

  /**
   * Resolves with a marker only once as many servers have it as the options ask for.
   *
   * @throws NotAcknowledgedError while they have not.
   */
  async read(service: string, changeId: string, token: number): Promise<Marker | undefined> {
    const connection = await this.link.connection();
    const { stored } = await this.raiseFence(connection, service, changeId, token);
    if (stored === '') return undefined;
    await awaitAcknowledgement(connection, this.settings);
    const fields = JSON.parse(stored) as StoredMarker;
    return { ...fields, service, changeId, token: Number(fields.token) };
  }

  async clear(service: string, changeIds: readonly string[], token: number): Promise<void> {
    if (changeIds.length === 0) return;
    const connection = await this.link.connection();
    const fields = changeIds.map((changeId) => markerField(service, changeId));
    await connection.run(CLEAR_MARKERS, [this.keys.markers], [String(token), ...fields]);
  }

  /**
   * Raises the fence to `token`; returns it as it is now, which only the next commit may find, and
   * the marker as it is stored, or an empty text.
   *
   * @throws FencedError when it is already higher.
   */
  async raiseFence(
    connection: RedisConnection,
    service: string,
    changeId: string,
    token: number,
  ): Promise<{ readonly fence: string; readonly stored: string }> {
    const keys = [this.keys.fences, this.keys.markers];
    const words = [service, String(token), markerField(service, changeId)];
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

/** The first words of the commit script: how it knows fence and marker. Empty without a marker. */
export function markerWords(marker: Marker | undefined, fence: string): readonly string[] {
  if (!marker) return ['', '', '', ''];
  const { service, changeId, executionId, operation } = marker;
  const stored: StoredMarker = { executionId, operation, token: String(marker.token) };
  return [service, fence, markerField(service, changeId), JSON.stringify(stored)];
}
