import { FencedError } from '@nestjs-flamingock/core';
import {
  isClaimedBeyond,
  type LockHold,
  type Marker,
  type MarkerStore,
  type TargetFence,
} from '@nestjs-flamingock/core/adapter';
import type { InMemoryDatabase, InMemoryFence, InMemoryTables } from './in-memory-database.js';

const FENCED = 'the target system';

/** Markers in memory, behind their fence. */
export class InMemoryMarkerStore implements MarkerStore {
  constructor(private readonly database: InMemoryDatabase) {}

  prepare(): Promise<void> {
    return this.database.read('prepareMarkers', () => undefined);
  }

  look(service: string): Promise<TargetFence | undefined> {
    return this.database.read('lookAtFence', ({ fences }) => {
      const fence = fences.get(service);
      return fence && { token: fence.token, owner: fence.owner };
    });
  }

  claim(hold: LockHold): Promise<void> {
    return this.database.write('claimFence', (tables) => {
      tables.fences.set(hold.service, passFence(tables, hold));
    });
  }

  read(hold: LockHold, changeId: string): Promise<Marker | undefined> {
    return this.database.write('readMarker', (tables) => {
      const fence = passFence(tables, hold);
      tables.fences.set(hold.service, { ...fence, reads: fence.reads + 1 });
      return tables.markers.get(hold.service)?.get(changeId);
    });
  }

  list(service: string): Promise<readonly Marker[]> {
    return this.database.read('listMarkers', ({ markers }) => [...(markers.get(service)?.values() ?? [])]);
  }

  clear({ service, ...claim }: LockHold, changeIds: readonly string[]): Promise<void> {
    return this.database.write('clearMarkers', ({ markers }) => {
      const kept = [...(markers.get(service) ?? [])].filter(
        ([id, marker]) => !changeIds.includes(id) || isClaimedBeyond(marker, claim),
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
 * How one transaction passes the fence, as often as it is asked: not any more once another hold
 * has claimed it, or once another holder has read behind it.
 *
 * @throws FencedError
 */
export function fencePass({ service, token, owner }: Marker): (tables: InMemoryTables) => void {
  let readsBefore: number | undefined;
  return (tables) => {
    const fence = passFence(tables, { service, token, owner });
    readsBefore ??= fence.reads;
    if (fence.reads !== readsBefore) throw new FencedError(service, token, FENCED);
    tables.fences.set(service, fence);
  };
}

function passFence({ fences }: InMemoryTables, { service, token, owner }: LockHold): InMemoryFence {
  const fence = fences.get(service);
  if (fence && isClaimedBeyond(fence, { token, owner })) throw new FencedError(service, token, FENCED);
  return { token, owner, reads: fence?.reads ?? 0 };
}
