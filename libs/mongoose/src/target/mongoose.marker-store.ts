import type { LockHold, Marker, MarkerStore, TargetFence } from '@nestjs-flamingock/core/adapter';
import type { Connection, mongo } from 'mongoose';
import { contextOf, type Admission } from '../change/connection-context.js';
import type { CollectionSettings } from '../mongoose.options.js';
import { targetCollections, type TargetCollections } from '../connection/collections.js';
import { prepareCollections } from '../connection/prepare-collections.js';
import type { Database } from '../connection/database.js';
import type { Fence } from '../connection/fence.js';

interface MarkerId {
  readonly service: string;
  readonly changeId: string;
}

interface MarkerDocument extends Omit<Marker, 'service' | 'changeId'> {
  readonly _id: MarkerId;
}

/** Markers and fences in collections of the target system's own database. */
export class MongooseMarkerStore implements MarkerStore {
  private readonly database: Database;
  private readonly fence: Fence;
  private readonly collections: TargetCollections;
  private readonly where: string;

  /** @throws CollectionPrefixError for a prefix that cannot begin the name of a collection. */
  constructor(
    targetSystem: string,
    connection: Connection,
    private readonly settings: CollectionSettings,
  ) {
    const { database, fence } = contextOf(connection);
    this.database = database;
    this.collections = targetCollections(settings.collectionPrefix);
    this.fence = fence(this.collections.fences.name);
    this.where = `target system "${targetSystem}"`;
  }

  /** @throws MissingCollectionsError when collections are missing and may not be created. */
  prepare(): Promise<void> {
    const { createCollections } = this.settings;
    return prepareCollections(this.database, Object.values(this.collections), createCollections);
  }

  async look(service: string): Promise<TargetFence | undefined> {
    const { name } = this.collections.markers;
    const fence = await this.fence.find(service);
    if (!fence) return undefined;
    // A fence without the collection of markers proves nothing of them.
    const place = await this.database.outside((db) =>
      db.listCollections({ name }, { nameOnly: true }).next(),
    );
    return place ? { token: fence.token, owner: fence.owner ?? null } : undefined;
  }

  async claim(hold: LockHold): Promise<void> {
    await this.fence.claim(hold, this.where);
  }

  async read(hold: LockHold, changeId: string): Promise<Marker | undefined> {
    await this.fence.claim(hold, this.where);
    const { service } = hold;
    const found = await this.on((markers) => markers.findOne({ _id: { service, changeId } }));
    return found ? toMarker(found) : undefined;
  }

  async list(service: string): Promise<readonly Marker[]> {
    const found = await this.on((markers) => markers.find({ '_id.service': service }).toArray());
    return found.map(toMarker);
  }

  async clear({ service, token, owner }: LockHold, changeIds: readonly string[]): Promise<void> {
    const ids = changeIds.map((changeId): MarkerId => ({ service, changeId }));
    if (ids.length === 0) return;
    await this.on((markers) =>
      markers.deleteMany({ _id: { $in: ids }, $or: [{ token: { $lt: token } }, { token, owner }] }),
    );
  }

  /** What lets the transaction of the marker's change in. */
  admission({ service, token, owner }: Marker): Admission {
    return { fence: this.fence, hold: { service, token, owner }, where: this.where };
  }

  /** An operation that begins the session's transaction: the first one must not have others beside it. */
  async touch(session: mongo.ClientSession): Promise<void> {
    await this.on((markers) => markers.findOne({}, { session, projection: { _id: 1 } }));
  }

  /** Writes the marker, in place of an older one of the same change. */
  async write(marker: Marker, session: mongo.ClientSession): Promise<void> {
    const { service, changeId, executionId, operation, token, owner } = marker;
    await this.on((markers) =>
      markers.replaceOne(
        { _id: { service, changeId } },
        { executionId, operation, token, owner },
        { upsert: true, session },
      ),
    );
  }

  private on<T>(work: (markers: mongo.Collection<MarkerDocument>) => Promise<T>): Promise<T> {
    return this.database.on(this.collections.markers.name, work);
  }
}

function toMarker({
  _id: { service, changeId },
  executionId,
  operation,
  token,
  owner,
}: MarkerDocument): Marker {
  return { service, changeId, executionId, operation, token, owner };
}
