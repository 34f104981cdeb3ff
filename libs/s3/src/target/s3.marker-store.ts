import { TransactionsUnsupportedError } from '@nestjs-flamingock/core';
import {
  isClaimedBeyond,
  type LockHold,
  type Marker,
  type MarkerStore,
  type TargetFence,
} from '@nestjs-flamingock/core/adapter';
import type { Bucket } from '../connection/bucket.js';
import type { Layout } from './layout.js';
import { fenceOf, isOf, passFence, withFence, type State } from './manifest.js';
import type { ManifestLog } from './manifest-log.js';

/** Markers and fences in the manifests of a bucket. */
export class S3MarkerStore implements MarkerStore {
  constructor(
    private readonly targetSystem: string,
    private readonly log: ManifestLog,
    private readonly bucket: Bucket,
    private readonly layout: Layout,
    private readonly objection: () => Promise<string | undefined>,
  ) {}

  /** How errors name the target. */
  get title(): string {
    return `target system "${this.targetSystem}"`;
  }

  /** @throws TransactionsUnsupportedError where this store cannot keep markers; S3UnreachableError. */
  async prepare(): Promise<void> {
    const objection = await this.objection();
    if (objection !== undefined) throw new TransactionsUnsupportedError(this.targetSystem, objection);
  }

  async look(service: string): Promise<TargetFence | undefined> {
    const fence = fenceOf(await this.log.latest(), service);
    return fence && { token: fence.token, owner: fence.owner };
  }

  /** Also removes what former holders have staged and cannot commit any more. */
  async claim(hold: LockHold): Promise<void> {
    await this.log.publish((newest) => withFence(newest, passFence(newest, hold, this.title)));
    await this.sweep(hold);
  }

  async read(hold: LockHold, changeId: string): Promise<Marker | undefined> {
    // Raising the fence comes first: whoever began before and publishes later meets it.
    const { markers } = await this.log.publish((newest) => {
      const fence = passFence(newest, hold, this.title);
      return withFence(newest, { ...fence, reads: fence.reads + 1 });
    });
    return markers.find((marker) => isOf(marker, { service: hold.service, changeId }));
  }

  async list(service: string): Promise<readonly Marker[]> {
    const { markers } = await this.log.latest();
    return markers.filter((marker) => marker.service === service);
  }

  async clear(hold: LockHold, changeIds: readonly string[]): Promise<void> {
    const isKept = (marker: Marker): boolean =>
      marker.service !== hold.service ||
      !changeIds.includes(marker.changeId) ||
      isClaimedBeyond(marker, hold);
    const newest = await this.log.latest();
    if (newest.markers.every(isKept)) return;
    await this.log.publish(
      ({ fences, markers, recorded }): State => ({ fences, recorded, markers: markers.filter(isKept) }),
      undefined,
      newest,
    );
  }

  private async sweep({ service, token }: LockHold): Promise<void> {
    const left: string[] = [];
    for await (const { Key = '' } of this.bucket.list(this.layout.stagedOf(service))) {
      if (this.layout.stagedToken(service, Key) < token) left.push(Key);
    }
    await this.bucket.deleteAll(left);
  }
}
