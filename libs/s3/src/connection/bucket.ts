import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  type S3Client,
  type _Object,
} from '@aws-sdk/client-s3';
import { errorText, withinTime, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import { S3UnreachableError } from '../s3.errors.js';
import { isMissing, isUnreached } from './failures.js';
import { allSettled, Limiter } from './limiter.js';

/** How many requests are on their way at a time. */
const AT_ONCE = 16;

/** Keys that one request deletes. */
const KEYS_OF_DELETE = 1_000;

/** How a request gets to the store, past every hook on the client. */
export type Send = S3Client['send'];

/** Fields of a request besides its bucket and key. */
export type PutFields = Omit<PutObjectCommandInput, 'Bucket' | 'Key'>;

/** Requests for whole keys of one bucket. Not found is `undefined`; every other failure is the SDK's. */
export class Bucket {
  private readonly limiter = new Limiter(AT_ONCE);

  constructor(
    readonly name: string,
    private readonly sendNow: Send,
    private readonly host: AdapterHost,
  ) {}

  /** Sends a request whose answer may take as long as the client waits for it: one that moves an object. */
  readonly send: Send = ((...sent: never[]) =>
    this.limiter.run(() =>
      this.reached((this.sendNow as (...args: never[]) => Promise<unknown>)(...sent)),
    )) as Send;

  /**
   * Sends a request that any store answers soon.
   *
   * @throws S3UnreachableError where it does not.
   */
  private ask<T>(send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    const { runtime, limits } = this.host;
    return this.limiter.run(() => {
      const controller = new AbortController();
      const late = (): Error => {
        controller.abort();
        return new S3UnreachableError(this.name, `did not answer within ${limits.answerMs} ms`);
      };
      const request = this.reached(send({ abortSignal: controller.signal }));
      return withinTime(limits.answerMs, request, late, runtime);
    });
  }

  private async reached<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (!isUnreached(error)) throw error;
      throw new S3UnreachableError(this.name, `cannot be reached: ${errorText(error)}`, error);
    }
  }

  put(key: string, fields: PutFields): Promise<PutObjectCommandOutput> {
    return this.send(new PutObjectCommand({ Bucket: this.name, Key: key, ...fields }));
  }

  /** Puts a small object that is the step of a protocol. */
  putSmall(key: string, fields: PutFields): Promise<PutObjectCommandOutput> {
    const command = new PutObjectCommand({ Bucket: this.name, Key: key, ...fields });
    return this.ask((options) => this.sendNow(command, options));
  }

  get(key: string, versionId?: string): Promise<GetObjectCommandOutput | undefined> {
    const command = new GetObjectCommand({ Bucket: this.name, Key: key, VersionId: versionId });
    return this.ask((options) => orMissing(this.sendNow(command, options)));
  }

  head(key: string): Promise<HeadObjectCommandOutput | undefined> {
    const command = new HeadObjectCommand({ Bucket: this.name, Key: key });
    return this.ask((options) => orMissing(this.sendNow(command, options)));
  }

  /** Copies content, metadata and tags. */
  async copy(source: CopySource, key: string, storageClass?: string): Promise<Copied | undefined> {
    const command = new CopyObjectCommand({
      Bucket: this.name,
      Key: key,
      CopySource: sourceText(this.name, source),
      ...(storageClass !== undefined && { StorageClass: storageClass as never }),
    });
    const copied = await orMissing(this.send(command));
    return copied && { versionId: copied.VersionId };
  }

  /** Deletes an object; with an ETag only if that is still its. Gone already is as good. */
  async delete(key: string, etag?: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.name, Key: key, IfMatch: etag });
    await this.ask((options) => orMissing(this.sendNow(command, options)));
  }

  /** Deletes any number of objects. */
  async deleteAll(keys: readonly string[]): Promise<void> {
    const batches = batchesOf(keys, KEYS_OF_DELETE);
    await allSettled(batches.map((batch) => this.deleteBatch(batch)));
  }

  private async deleteBatch(keys: readonly string[]): Promise<void> {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
    const command = new DeleteObjectsCommand({ Bucket: this.name, Delete });
    const { Errors: [error] = [] } = await this.ask((options) => this.sendNow(command, options));
    if (error)
      throw new S3UnreachableError(
        this.name,
        `did not delete "${error.Key}": ${error.Code} ${error.Message}`,
      );
  }

  /** The objects below a prefix, in the order of their keys, read page by page. */
  async *list(prefix: string): AsyncGenerator<_Object> {
    let token: string | undefined;
    do {
      const names = { Bucket: this.name, Prefix: prefix };
      const command = new ListObjectsV2Command({ ...names, ContinuationToken: token });
      const page = await this.ask((options) => this.sendNow(command, options));
      yield* page.Contents ?? [];
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** The first key below a prefix. */
  async first(prefix: string): Promise<string | undefined> {
    const command = new ListObjectsV2Command({ Bucket: this.name, Prefix: prefix, MaxKeys: 1 });
    return (await this.ask((options) => this.sendNow(command, options))).Contents?.[0]?.Key;
  }
}

/** An object as the source of a copy. */
export interface CopySource {
  readonly key: string;
  /** @default the newest */
  readonly versionId?: string;
}

/** A copy that was made. */
export interface Copied {
  /** Of the copy, where the bucket has versions. */
  readonly versionId: string | undefined;
}

/** The SDK sends the source as it is given, and the store decodes it. */
function sourceText(bucket: string, { key, versionId }: CopySource): string {
  const path = `${bucket}/${key}`.split('/').map(encodeURIComponent).join('/');
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}

/** So many at a time. */
export function batchesOf<T>(all: readonly T[], size: number): (readonly T[])[] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}

async function orMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
