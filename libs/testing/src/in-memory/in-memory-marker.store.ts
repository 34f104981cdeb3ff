import { FencedError, type Marker, type MarkerStore } from '@nestjs-flamingock/core';
import type { InMemoryDatabase, InMemoryTables } from './in-memory-database.js';

/** Markers in memory, behind their fence. */
export class InMemoryMarkerStore implements MarkerStore {
  constructor(private readonly database: InMemoryDatabase) {}

  prepare(): Promise<void> {
    return this.database.read('prepareMarkers', () => undefined);
  }

  read(service: string, changeId: string, token: number): Promise<Marker | undefined> {
    return this.database.write('readMarker', (tables) => {
      raiseFence(tables, service, token);
      return tables.markers.get(service)?.get(changeId);
    });
  }

  clear(service: string, changeIds: readonly string[]): Promise<void> {
    return this.database.write('clearMarkers', ({ markers }) => {
      const kept = [...(markers.get(service) ?? [])].filter(([id]) => !changeIds.includes(id));
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

/** @throws FencedError when the fence is higher already. */
export function raiseFence({ fences }: InMemoryTables, service: string, token: number): void {
  if ((fences.get(service) ?? 0) > token) throw new FencedError(service, token, 'the target system');
  fences.set(service, token);
}
