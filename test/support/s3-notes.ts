import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import type { CreateTarget, TestTarget } from './test-database.js';

/** Objects in a bucket of one suite's own. */
export class S3Notes implements TestTarget {
  readonly options: { readonly s3: { readonly url: string; readonly bucket: string } };

  private constructor(
    url: string,
    private readonly bucket: string,
    private readonly client: S3Client,
  ) {
    this.options = { s3: { url, bucket } };
  }

  static on(url: string): CreateTarget<S3Notes> {
    return async () => {
      const bucket = `test-${randomUUID()}`;
      const { origin, username, password } = new URL(url);
      const client = new S3Client({
        endpoint: origin,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId: username, secretAccessKey: password },
      });
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      return new S3Notes(url, bucket, client);
    };
  }

  /** A key needs no place. */
  createPlace(): Promise<void> {
    return Promise.resolve();
  }

  async values(place: string): Promise<string[]> {
    const keys = await this.keys(`${place}/`);
    return keys.map((key) => key.split('/')[1] ?? '').sort();
  }

  async drop(): Promise<void> {
    const Objects = (await this.keys('')).map((Key) => ({ Key }));
    if (Objects.length > 0) {
      await this.client.send(new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects } }));
    }
    await this.client.send(new DeleteBucketCommand({ Bucket: this.bucket }));
    this.client.destroy();
  }

  private async keys(prefix: string): Promise<string[]> {
    const page = await this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix }));
    return (page.Contents ?? []).map(({ Key = '' }) => Key);
  }
}
