import type { LockHold, Marker, TargetFence } from '@nestjs-flamingock/core/adapter';
import type { Message } from 'kafkajs';

/**
 * All records of ours are on this partition, however many the topic has: a reader that has come to its
 * end has seen everything.
 */
export const PARTITION = 0;

/** What the markers topic holds, by key. Keys are JSON, so that no two ids can be taken for each other. */
export class MarkersSnapshot {
  constructor(private readonly records: ReadonlyMap<string, string>) {}

  /** The hold of the lock that has claimed the target system last. */
  fence(service: string, target: string): TargetFence | undefined {
    const value = this.records.get(fenceKey(service, target));
    if (value === undefined) return undefined;
    const { token, owner = null } = JSON.parse(value) as { token: number; owner?: string };
    return { token, owner };
  }

  marker(service: string, changeId: string): Marker | undefined {
    const value = this.records.get(markerKey(service, changeId));
    return value === undefined ? undefined : { service, changeId, ...proofIn(value) };
  }

  /** Every marker of the service. */
  markersOf(service: string): Marker[] {
    return [...this.records].flatMap(([key, value]) => {
      const [kind, of, changeId = ''] = JSON.parse(key) as string[];
      return kind === 'marker' && of === service ? [{ service, changeId, ...proofIn(value) }] : [];
    });
  }
}

function proofIn(value: string) {
  return JSON.parse(value) as Pick<Marker, 'executionId' | 'operation' | 'token' | 'owner'>;
}

/** Raises the fence. */
export function fenceRecord({ service, token, owner }: LockHold, target: string): Message {
  return record(fenceKey(service, target), { token, owner });
}

/** Proves that the change committed. */
export function markerRecord({ service, changeId, ...proof }: Marker): Message {
  const { executionId, operation, token, owner } = proof;
  return record(markerKey(service, changeId), { executionId, operation, token, owner });
}

/** Takes the place of a marker that is not needed any more. */
export function markerTombstone(service: string, changeId: string): Message {
  return { key: markerKey(service, changeId), value: null, partition: PARTITION };
}

/** Has no meaning, but a reader that meets it has read everything before it. Compaction removes it. */
export function barrierRecord(reader: string, number: number): Message & { key: string } {
  return { key: JSON.stringify(['barrier', reader, number]), value: null, partition: PARTITION };
}

function record(key: string, value: object): Message {
  return { key, value: JSON.stringify(value), partition: PARTITION };
}

function markerKey(service: string, changeId: string): string {
  return JSON.stringify(['marker', service, changeId]);
}

function fenceKey(service: string, target: string): string {
  return JSON.stringify(['fence', service, target]);
}
