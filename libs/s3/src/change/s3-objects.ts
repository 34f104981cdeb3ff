import type { S3Body } from '../connection/upload.js';

/** What an object is put with besides its content. Copies keep it, but for the storage class. */
export interface S3PutOptions {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  /** Metadata of the application. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * As Amazon names it, as `STANDARD_IA`.
   *
   * @default that of the store
   */
  readonly storageClass?: string;
}

/** An object as a listing has it. */
export interface S3ListedObject {
  /** Without the prefix of the target system. */
  readonly key: string;
  readonly bytes: number;
  readonly etag: string | undefined;
}

/** An object without its content. */
export interface S3ObjectInfo extends S3ListedObject {
  readonly contentType: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the bucket has versions; of an object that the change has put itself: none yet. */
  readonly versionId: string | undefined;
}

/** An object with its content, read whole. */
export interface S3StoredObject extends S3ObjectInfo {
  readonly content: Buffer;
}

/** What {@link S3Objects} passes on to: either at once to the bucket, or to what is staged. */
export interface ObjectSession {
  put(key: string, body: S3Body, options: S3PutOptions): Promise<void>;
  delete(key: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  restorePrevious(key: string): Promise<void>;
  get(key: string): Promise<S3StoredObject | undefined>;
  head(key: string): Promise<S3ObjectInfo | undefined>;
  list(prefix: string): AsyncIterable<S3ListedObject>;
}

/**
 * The objects of a target system, as its changes alter them. Keys are below the prefix of the target system. In a
 * transactional change writes are staged: the change reads them, everybody else sees them once it has committed. In a
 * change without a transaction they take effect at once. Every promise has to be awaited.
 */
export class S3Objects {
  /** @internal */
  constructor(private readonly session: ObjectSession) {}

  /**
   * Puts an object, in parts if it is large.
   *
   * @param body A stream is read once.
   * @throws S3KeyError, ObjectTooLargeError, ChangeEndedError; what the SDK throws.
   */
  put(key: string, body: S3Body, options: S3PutOptions = {}): Promise<void> {
    return this.session.put(key, body, options);
  }

  /** Deletes an object. It may be gone already. @throws S3KeyError, ChangeEndedError */
  delete(key: string): Promise<void> {
    return this.session.delete(key);
  }

  /**
   * Copies an object as this change sees it, with metadata and tags.
   *
   * @throws ObjectMissingError where there is none; ObjectTooLargeError, S3KeyError, ChangeEndedError.
   */
  copy(from: string, to: string): Promise<void> {
    return this.session.copy(from, to);
  }

  /**
   * In a rollback or undo, where the bucket has versions: gives an object the content that it had before the change, or
   * deletes it where there was none.
   *
   * @throws PreviousVersionUnknownError where the change has not written the object, or no version was recorded.
   */
  restorePrevious(key: string): Promise<void> {
    return this.session.restorePrevious(key);
  }

  /** An object with its content, which is read whole; `undefined` where there is none. */
  get(key: string): Promise<S3StoredObject | undefined> {
    return this.session.get(key);
  }

  /** An object without its content; `undefined` where there is none. */
  head(key: string): Promise<S3ObjectInfo | undefined> {
    return this.session.head(key);
  }

  /** All objects whose keys begin so, in the order of their keys' bytes, read page by page. */
  list(prefix = ''): AsyncIterable<S3ListedObject> {
    return this.session.list(prefix);
  }
}
