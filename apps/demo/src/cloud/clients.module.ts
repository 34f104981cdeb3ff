import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from '@opensearch-project/opensearch';
import { demoConfig, type DemoConfig } from '../demo.config.js';

/** The application's clients of S3 and OpenSearch. */
@Global()
@Module({
  providers: [
    { provide: S3Client, inject: [demoConfig.KEY], useFactory: s3Client },
    {
      provide: Client,
      inject: [demoConfig.KEY],
      useFactory: ({ cloud }: DemoConfig) => new Client({ node: cloud.searchUrl }),
    },
  ],
  exports: [S3Client, Client],
})
export class ClientsModule implements OnApplicationShutdown {
  constructor(
    private readonly s3: S3Client,
    private readonly search: Client,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    this.s3.destroy();
    await this.search.close();
  }
}

async function s3Client({ cloud }: DemoConfig): Promise<S3Client> {
  const { origin, username, password } = new URL(cloud.s3Url);
  const client = new S3Client({
    endpoint: origin,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: username, secretAccessKey: password },
  });
  await ensureBucket(client, cloud.bucket);
  return client;
}

/** A deployment has its bucket already. The target system refuses one that is not there. */
async function ensureBucket(client: S3Client, bucket: string): Promise<void> {
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    const isThere = ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes((error as Error).name);
    if (!isThere) throw error;
  }
}
