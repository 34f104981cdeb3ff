import { allSettled } from '../connection/limiter.js';
import { isTooLargeToCopy } from '../connection/failures.js';
import { upload, type S3Body } from '../connection/upload.js';
import { ObjectMissingError, ObjectTooLargeError } from '../s3.errors.js';
import { listed, type SessionPlace } from './direct-session.js';
import { contentOf, fieldsOf, infoOf } from './object-reads.js';
import type {
  ObjectSession,
  S3ListedObject,
  S3ObjectInfo,
  S3PutOptions,
  S3StoredObject,
} from './s3-objects.js';

/** Bytes that one request copies at most, on Amazon S3 and those that are like it. */
const COPY_LIMIT = 5 * 1024 ** 3;

/** What the change has done to one object last. */
export type Edit =
  | { readonly kind: 'delete'; readonly order: number }
  | {
      readonly kind: 'put';
      readonly order: number;
      /** Whole key of the staged object. */
      readonly source: string;
      readonly storageClass: string | undefined;
    };

/** What a staging session works with. */
export interface StagingPlace extends SessionPlace {
  /** Begin of the whole keys of its staged objects. */
  readonly folder: string;
  /** Which version an object had before the change that is being taken back. `null`: there was none. */
  readonly previous: (key: string) => Promise<string | null>;
}

/** Stages what a transactional change writes, and shows it to that change alone. */
export class StagingSession implements ObjectSession {
  private readonly edits = new Map<string, Edit>();
  private readonly stagedKeys: string[] = [];
  private order = 0;
  private versions = false;

  constructor(private readonly place: StagingPlace) {}

  /** What the change has done, by whole key. */
  get edited(): ReadonlyMap<string, Edit> {
    return this.edits;
  }

  /** Whole keys of all that may be staged. */
  get staged(): readonly string[] {
    return this.stagedKeys;
  }

  /** True where the bucket keeps versions, as the store has said of what was staged. */
  get hasVersions(): boolean {
    return this.versions;
  }

  /** Stages an object that says nothing but that something is staged. */
  async stageSign(): Promise<void> {
    const { VersionId } = await this.place.bucket.putSmall(this.begin().source, { Body: 'staged' });
    this.versions ||= isVersion(VersionId);
  }

  async put(key: string, body: S3Body, options: S3PutOptions): Promise<void> {
    const { bucket, changeId } = this.place;
    const { order, source } = this.begin();
    const { storageClass, ...kept } = options;
    const checkSize = (bytes: number): void => {
      if (bytes > COPY_LIMIT) throw new ObjectTooLargeError(changeId, key, COPY_LIMIT);
    };
    const { versionId } = await upload({ bucket, key: source, fields: fieldsOf(kept), checkSize }, body);
    this.versions ||= isVersion(versionId);
    this.note(key, { kind: 'put', order, source, storageClass });
  }

  async delete(key: string): Promise<void> {
    this.note(key, { kind: 'delete', order: (this.order += 1) });
  }

  async copy(from: string, to: string): Promise<void> {
    const key = this.find(from);
    if (key === undefined) throw new ObjectMissingError(this.place.changeId, from);
    await this.stageCopy(from, to, { key });
  }

  async restorePrevious(key: string): Promise<void> {
    const versionId = await this.place.previous(this.whole(key));
    if (versionId === null) return this.delete(key);
    await this.stageCopy(key, key, { key: this.whole(key), versionId });
  }

  async get(key: string): Promise<S3StoredObject | undefined> {
    const at = this.find(key);
    const found = at === undefined ? undefined : await this.place.bucket.get(at);
    return found && contentOf(key, found);
  }

  async head(key: string): Promise<S3ObjectInfo | undefined> {
    const at = this.find(key);
    const found = at === undefined ? undefined : await this.place.bucket.head(at);
    return found && infoOf(key, found);
  }

  async *list(prefix: string): AsyncGenerator<S3ListedObject> {
    const own = await this.ownObjects(prefix);
    for await (const object of listed(this.place, prefix)) {
      while (own[0] && isBefore(own[0].key, object.key)) yield* own.splice(0, 1);
      if (!this.edits.has(this.whole(object.key))) yield object;
    }
    yield* own;
  }

  /** What the change has put below a prefix, in the order of a listing. */
  private async ownObjects(prefix: string): Promise<S3ListedObject[]> {
    const puts = [...this.edits].filter(
      ([whole, edit]) => edit.kind === 'put' && whole.startsWith(this.whole(prefix)),
    );
    const keys = puts.map(([whole]) => whole.slice(this.place.prefix.length));
    const heads = await allSettled(keys.map((key) => this.head(key)));
    const found = heads
      .filter((head) => head !== undefined)
      .map(({ key, bytes, etag }) => ({ key, bytes, etag }));
    return found.sort((one, other) => (isBefore(one.key, other.key) ? -1 : 1));
  }

  private async stageCopy(
    from: string,
    to: string,
    source: { key: string; versionId?: string },
  ): Promise<void> {
    const { bucket, changeId } = this.place;
    const { order, source: staged } = this.begin();
    try {
      const copied = await bucket.copy(source, staged);
      if (!copied) throw new ObjectMissingError(changeId, from);
      this.versions ||= isVersion(copied.versionId);
    } catch (error) {
      if (isTooLargeToCopy(error)) throw new ObjectTooLargeError(changeId, from, COPY_LIMIT, error);
      throw error;
    }
    this.note(to, { kind: 'put', order, source: staged, storageClass: undefined });
  }

  private begin(): { readonly order: number; readonly source: string } {
    this.order += 1;
    const source = `${this.place.folder}${this.order}`;
    this.stagedKeys.push(source);
    return { order: this.order, source };
  }

  /** Of several writes of one object side by side, the one that was called last counts. */
  private note(key: string, edit: Edit): void {
    const whole = this.whole(key);
    if ((this.edits.get(whole)?.order ?? 0) < edit.order) this.edits.set(whole, edit);
  }

  /** Where the object is that the change sees; `undefined` where it has deleted it. */
  private find(key: string): string | undefined {
    const whole = this.whole(key);
    const edit = this.edits.get(whole);
    if (!edit) return whole;
    return edit.kind === 'put' ? edit.source : undefined;
  }

  private whole(key: string): string {
    return this.place.prefix + key;
  }
}

/** The order of a listing is that of the bytes. */
function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}

/** What was written before a bucket had versions, or while they were off, has this id. */
function isVersion(versionId: string | undefined): boolean {
  return versionId !== undefined && versionId !== 'null';
}
