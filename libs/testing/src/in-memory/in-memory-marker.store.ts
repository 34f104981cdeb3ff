import { FencedError, type Marker, type MarkerStore } from '@nestjs-flamingock/core';
import type { InMemoryDatabase, InMemoryFence, InMemoryTables } from './in-memory-database.js';

const FENCED = 'the target system';

/** Markers in memory, behind their fence. */
export class InMemoryMarkerStore implements MarkerStore {
  constructor(private readonly database: InMemoryDatabase) {}

  prepare(): Promise<void> {
    return this.database.read('prepareMarkers', () => undefined);
  }

  read(service: string, changeId: string, token: number): Promise<Marker | undefined> {
    return this.database.write('readMarker', (tables) => {
      const { reads } = passFence(tables, service, token);
      tables.fences.set(service, { token, reads: reads + 1 });
      return tables.markers.get(service)?.get(changeId);
    });
  }

  clear(service: string, changeIds: readonly string[], token: number): Promise<void> {
    return this.database.write('clearMarkers', ({ markers }) => {
      const kept = [...(markers.get(service) ?? [])].filter(
        ([id, marker]) => !changeIds.includes(id) || marker.token > token,
      );
      markers.set(service, new Map(kept));
    });
  }
}

/** Leaves a marker in place of an older one of the same change. */
export function writeMarker(tables: InMemoryTables, marker: Marker): void {
  const written = Object.freeze({ ...marker });
  const others = tables.markers.get(marker.service) ?? [];
  tables.markers.set(marker.service, new Map([...others, [marker.changeId, written]]));
}

/**
 * How one transaction passes the fence, as often as it is asked: not any more once the fence
 * is higher, or once somebody has read behind it.
 *
 * @throws FencedError
 */
export function fencePass({ service, token }: Marker): (tables: InMemoryTables) => void {
  let readsBefore: number | undefined;
  return (tables) => {
    const fence = passFence(tables, service, token);
    readsBefore ??= fence.reads;
    if (fence.reads !== readsBefore) throw new FencedError(service, token, FENCED);
    tables.fences.set(service, fence);
  };
}

function passFence({ fences }: InMemoryTables, service: string, token: number): InMemoryFence {
  const fence = fences.get(service);
  if (fence && fence.token > token) throw new FencedError(service, token, FENCED);
  return { token, reads: fence?.reads ?? 0 };
}
