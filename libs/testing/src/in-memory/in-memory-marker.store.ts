import { FencedError, type Marker, type MarkerStore } from '@nestjs-flamingock/core';
import type {
  InMemoryDatabase,
  InMemoryFence,
  InMemoryStatement,
  InMemoryTables,
} from './in-memory-database.js';

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

/** The statement with which a transaction passes the fence and leaves its marker. */
export function writeMarker(marker: Marker): InMemoryStatement<void> {
  const { service, changeId, token } = marker;
  const written = Object.freeze({ ...marker });
  let readsBefore: number | undefined;
  return (tables) => {
    const fence = passFence(tables, service, token);
    readsBefore ??= fence.reads;
    if (fence.reads !== readsBefore) throw new FencedError(service, token, FENCED);
    tables.fences.set(service, fence);
    const others = tables.markers.get(service) ?? [];
    tables.markers.set(service, new Map([...others, [changeId, written]]));
  };
}

function passFence({ fences }: InMemoryTables, service: string, token: number): InMemoryFence {
  const fence = fences.get(service);
  if (fence && fence.token > token) throw new FencedError(service, token, FENCED);
  return { token, reads: fence?.reads ?? 0 };
}
