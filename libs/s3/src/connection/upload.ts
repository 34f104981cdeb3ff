import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { Bucket, PutFields } from './bucket.js';

/** Bytes of a part. Amazon's limit of 10,000 parts is then beyond the size that one copy may have. */
const PART_BYTES = 16 * 1024 * 1024;

/** Parts of one object that are on their way at a time, and so in memory. */
const PARTS_AT_ONCE = 4;

/** Content of an object. A stream is read once, in parts of 16 MiB. */
export type S3Body = string | Uint8Array | AsyncIterable<Uint8Array | string>;

/** What became of an upload. */
export interface Uploaded {
  readonly bytes: number;
  readonly etag: string | undefined;
  /** Where the bucket has versions. */
  readonly versionId: string | undefined;
}

/** Where an object goes, and what it may have. */
export interface UploadTarget {
  readonly bucket: Bucket;
  readonly key: string;
  /** Its headers. */
  readonly fields: PutFields;
  /** Throws where so many bytes are too many. */
  readonly checkSize: (bytes: number) => void;
}

/** Uploads an object: in one request if it is small, and otherwise in parts, of which nothing is seen before all are there. */
export async function upload(target: UploadTarget, body: S3Body): Promise<Uploaded> {
  const chunks = chunksOf(body);
  const { value: first = Buffer.alloc(0) } = await chunks.next();
  const next = await chunks.next();
  if (!next.done) return uploadParts(target, [first, next.value], chunks);
  target.checkSize(first.length);
  const { bucket, key, fields } = target;
  const { ETag: etag, VersionId: versionId } = await bucket.put(key, {
    ...fields,
    Body: first,
    // An empty body has none otherwise, of which the SDK warns on the console.
    ContentLength: first.length,
  });
  return { bytes: first.length, etag, versionId };
}

async function uploadParts(
  { bucket, key, fields, checkSize }: UploadTarget,
  begun: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
): Promise<Uploaded> {
  const names = { Bucket: bucket.name, Key: key };
  const { UploadId } = await bucket.send(new CreateMultipartUploadCommand({ ...names, ...fields }));
  const upload = { ...names, UploadId };
  const parts: Promise<CompletedPart>[] = [];
  let bytes = 0;
  try {
    for await (const chunk of joined(begun, rest)) {
      checkSize((bytes += chunk.length));
      parts.push(uploadPart(bucket, { ...upload, PartNumber: parts.length + 1, Body: chunk }));
      await parts[parts.length - PARTS_AT_ONCE];
    }
    const complete = { ...upload, MultipartUpload: { Parts: await Promise.all(parts) } };
    const { ETag: etag, VersionId: versionId } = await bucket.send(
      new CompleteMultipartUploadCommand(complete),
    );
    return { bytes, etag, versionId };
  } catch (error) {
    await Promise.allSettled(parts);
    // Parts that stay are of no harm but their price: a lifecycle rule takes them away.
    await bucket.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

function uploadPart(
  bucket: Bucket,
  part: ConstructorParameters<typeof UploadPartCommand>[0],
): Promise<CompletedPart> {
  const sent = bucket.send(new UploadPartCommand(part));
  const completed = sent.then(({ $metadata: _, ...sums }) => ({ ...sums, PartNumber: part.PartNumber }));
  completed.catch(() => undefined);
  return completed;
}

async function* joined(begun: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* begun;
  yield* rest;
}

/** The body in parts of one size, the last but for what is left. */
async function* chunksOf(body: S3Body): AsyncGenerator<Buffer, undefined> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const piece of piecesOf(body)) {
    for (let at = 0; at < piece.length;) {
      const taken = piece.subarray(at, at + PART_BYTES - size);
      held.push(taken);
      size += taken.length;
      at += taken.length;
      if (size < PART_BYTES) continue;
      yield held.length === 1 ? taken : Buffer.concat(held);
      [held, size] = [[], 0];
    }
  }
  if (size > 0) yield Buffer.concat(held);
  return undefined;
}

async function* piecesOf(body: S3Body): AsyncGenerator<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) yield asBuffer(body);
  else for await (const piece of body) yield asBuffer(piece);
}

function asBuffer(piece: string | Uint8Array): Buffer {
  if (typeof piece === 'string') return Buffer.from(piece);
  return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}
