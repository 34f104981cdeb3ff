import type { LockHold } from '../lock/lock-store.js';
import type { HistoryNames } from './history-names.js';
import { hasTrace, type Marker, type MarkerStore, type TargetFence } from './target-system.js';

/**
 * Markers and fences under the name of the audit store's own history. What earlier versions have left under the
 * name of the service alone is read as long as nothing is under that name, and shut out by the first claim.
 */
export class NamedMarkers implements MarkerStore {
  /** Whether the fence of a service stood under its name alone when it was looked for. */
  private readonly unnamed = new Map<string, boolean>();
  private readonly claimed = new Set<string>();

  constructor(
    private readonly markers: MarkerStore,
    private readonly names: HistoryNames,
  ) {}

  prepare(): Promise<void> {
    return this.markers.prepare();
  }

  async hasTrace(service: string): Promise<boolean> {
    const name = await this.names.find(service);
    return (await hasTrace(this.markers, name)) || hasTrace(this.markers, service);
  }

  async look(service: string): Promise<TargetFence | undefined> {
    const fence = await this.markers.look(await this.names.find(service));
    const found = fence ?? (await this.markers.look(service));
    this.unnamed.set(service, found !== fence);
    return found;
  }

  async claim(hold: LockHold): Promise<void> {
    await this.shutOutUnnamed(hold);
    await this.markers.claim(await this.named(hold));
  }

  async read(hold: LockHold, changeId: string): Promise<Marker | undefined> {
    await this.shutOutUnnamed(hold);
    const { service } = hold;
    const marker = await this.markers.read(await this.named(hold), changeId);
    if (marker) return { ...marker, service };
    const earlier = await this.markers.list(service);
    return earlier.find((one) => one.changeId === changeId);
  }

  /** Of whichever name {@link look} has found the fence under. */
  async list(service: string): Promise<readonly Marker[]> {
    if (this.unnamed.get(service)) return this.markers.list(service);
    const markers = await this.markers.list(await this.names.find(service));
    return markers.map((marker) => ({ ...marker, service }));
  }

  async clear(hold: LockHold, changeIds: readonly string[]): Promise<void> {
    await this.markers.clear(await this.named(hold), changeIds);
  }

  /** What an earlier version has begun under the name of the service alone must end before anything is concluded. */
  private async shutOutUnnamed(hold: LockHold): Promise<void> {
    const { service } = hold;
    if (this.claimed.has(service)) return;
    if (!this.unnamed.has(service)) await this.look(service);
    if (this.unnamed.get(service)) await this.markers.claim(hold);
    this.claimed.add(service);
  }

  private async named(hold: LockHold): Promise<LockHold> {
    return { ...hold, service: await this.names.own(hold.service) };
  }
}
