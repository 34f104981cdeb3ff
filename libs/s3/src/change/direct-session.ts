import type { Bucket } from '../connection/bucket.js';
import { OWN_FOLDER } from '../connection/own-folder.js';
import { upload, type S3Body } from '../connection/upload.js';
import { ObjectMissingError, PreviousVersionUnknownError } from '../s3.errors.js';
import { contentOf, fieldsOf, infoOf } from './object-reads.js';
import type {
  ObjectSession,
  S3ListedObject,
  S3ObjectInfo,
  S3PutOptions,
  S3StoredObject,
} from './s3-objects.js';

/** What a session knows of its target. */
export interface SessionPlace {
  readonly changeId: string;
  readonly bucket: Bucket;
  readonly prefix: string;
}

/** Writes at once, for a change without a transaction. */
export class DirectSession implements ObjectSession {
  constructor(private readonly place: SessionPlace) {}

  async put(key: string, body: S3Body, options: S3PutOptions): Promise<void> {
    const { bucket } = this.place;
    const checkSize = (): void => undefined;
    await upload({ bucket, key: this.whole(key), fields: fieldsOf(options), checkSize }, body);
  }

  delete(key: string): Promise<void> {
    return this.place.bucket.delete(this.whole(key));
  }

  async copy(from: string, to: string): Promise<void> {
    const copied = await this.place.bucket.copy({ key: this.whole(from) }, this.whole(to));
    if (!copied) throw new ObjectMissingError(this.place.changeId, from);
  }

  async restorePrevious(key: string): Promise<void> {
    const why = 'the change is not transactional, so that no versions were recorded';
    throw new PreviousVersionUnknownError(this.place.changeId, key, why);
  }

  async get(key: string): Promise<S3StoredObject | undefined> {
    const found = await this.place.bucket.get(this.whole(key));
    return found && contentOf(key, found);
  }

  async head(key: string): Promise<S3ObjectInfo | undefined> {
    const found = await this.place.bucket.head(this.whole(key));
    return found && infoOf(key, found);
  }

  async *list(prefix: string): AsyncGenerator<S3ListedObject> {
    yield* listed(this.place, prefix);
  }

  private whole(key: string): string {
    return this.place.prefix + key;
  }
}

/** What is in the bucket, but for what this library keeps there. */
export async function* listed(
  { bucket, prefix }: SessionPlace,
  below: string,
): AsyncGenerator<S3ListedObject> {
  for await (const { Key = '', Size: bytes = 0, ETag: etag } of bucket.list(prefix + below)) {
    const key = Key.slice(prefix.length);
    if (!isReserved(key)) yield { key, bytes, etag };
  }
}

/** Whether a key, without the prefix, is in the folder of this library. */
export function isReserved(key: string): boolean {
  return key.startsWith(OWN_FOLDER);
}
