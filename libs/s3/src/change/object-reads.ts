import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { PutFields } from '../connection/bucket.js';
import type { S3ObjectInfo, S3PutOptions, S3StoredObject } from './s3-objects.js';

/** The headers of an object as the SDK names them. */
export function fieldsOf({ tags, metadata, storageClass, ...headers }: S3PutOptions): PutFields {
  return {
    ContentType: headers.contentType,
    CacheControl: headers.cacheControl,
    ContentDisposition: headers.contentDisposition,
    ContentEncoding: headers.contentEncoding,
    ContentLanguage: headers.contentLanguage,
    Metadata: metadata && { ...metadata },
    Tagging: tags && new URLSearchParams({ ...tags }).toString(),
    StorageClass: storageClass as PutFields['StorageClass'],
  };
}

/** What a HEAD says of the object under `key`. */
export function infoOf(key: string, found: HeadObjectCommandOutput | GetObjectCommandOutput): S3ObjectInfo {
  return {
    key,
    bytes: found.ContentLength ?? 0,
    etag: found.ETag,
    contentType: found.ContentType,
    metadata: found.Metadata ?? {},
    versionId: found.VersionId,
  };
}

/** What a GET says of it, its content read. */
export async function contentOf(key: string, found: GetObjectCommandOutput): Promise<S3StoredObject> {
  const content = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
  return { ...infoOf(key, found), content };
}
