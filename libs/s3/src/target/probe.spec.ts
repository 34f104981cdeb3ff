import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ChangeRun } from '@nestjs-flamingock/core/adapter';
import { nodeHost } from '@nestjs-flamingock/core/adapter';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { freePort } from '../../../../test/support/services/free-port.mjs';
import { clientFor, OwnBucket } from '../fixtures/own-bucket.js';
import { requestsOf } from '../fixtures/watched-requests.js';
import { S3TargetSystem } from './s3.target-system.js';

const RUN: ChangeRun = { service: 's', changeId: 'c', executionId: 'e', operation: 'EXECUTE' };
const targetOn = (client: S3Client, bucket = 'assets') =>
  new S3TargetSystem('assets', client, { bucket, prefix: '' });

await describeOn(['seaweedfs'], 'a store', ({ seaweedfs }) => {
  it('that honours conditional writes is good for transactional changes, and asked once', async () => {
    const bucket = await OwnBucket.create(seaweedfs);
    const client = bucket.connect();
    const requests = requestsOf(client);
    const target = bucket.target(client);
    expect(await target.checkTransactions()).toBeUndefined();
    await target.markers.prepare();
    expect(requests.map(({ operation }) => operation)).toEqual([
      ...['PutObject', 'PutObject', 'DeleteObject', 'DeleteObject'],
    ]);
    expect(await bucket.keys()).toEqual([]);
    await bucket.remove();
  });

  it('that does not know the credentials is said so', async () => {
    const client = clientFor(seaweedfs, { credentials: { accessKeyId: 'test', secretAccessKey: 'wrong' } });
    expect(await targetOn(client).checkTransactions()).toMatch(/SignatureDoesNotMatch[^]*credentials/);
    client.destroy();
  });
});

describe('a store that is there only in part', () => {
  let server: Server;
  let client: S3Client;
  const serve = async (answer: RequestListener): Promise<S3TargetSystem> => {
    server = createServer((request, response) => {
      request.resume();
      request.on('end', () => answer(request, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = clientFor(`http://a:b@127.0.0.1:${(server.address() as AddressInfo).port}`, { maxAttempts: 1 });
    return targetOn(client);
  };
  afterEach(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('ignoring conditions, runs no transactional changes', async () => {
    const target = await serve((_, response) => response.writeHead(200, { ETag: '"e"' }).end());
    expect(await target.checkTransactions()).toMatch(/If-None-Match[^]*transactional: false/);
    await expect(target.markers.prepare()).rejects.toMatchObject({
      code: 'FLAMINGOCK_TRANSACTIONS_UNSUPPORTED',
    });
  });

  it('not knowing conditions, runs none either', async () => {
    const target = await serve((request, response) => {
      const isConditional = request.headers['if-none-match'] ?? request.headers['if-match'];
      if (isConditional === undefined) return response.writeHead(204).end();
      return response.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>');
    });
    expect(await target.checkTransactions()).toContain('If-None-Match');
  });

  it('without the bucket, is said so', async () => {
    const target = await serve((_, response) =>
      response.writeHead(404).end('<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>'),
    );
    expect(await target.checkTransactions()).toMatch(/bucket "assets"[^]*NoSuchBucket/);
  });

  it('being overloaded, fails in a way that passes', async () => {
    const target = await serve((_, response) =>
      response
        .writeHead(503)
        .end('<Error><Code>SlowDown</Code><Message>Please reduce your rate</Message></Error>'),
    );
    const error: unknown = await target.checkTransactions().catch((thrown: unknown) => thrown);
    expect(target.isTransient(error)).toBe(true);
    expect(target.diagnose(error)).toEqual({ code: 'SlowDown', codeName: 'HTTP 503' });
    expect((await target.transaction(RUN, async () => undefined)).status).toBe('rolled-back');
  });

  it('not answering, is said so in time', async () => {
    await serve(() => undefined);
    const host = { ...nodeHost, limits: { ...nodeHost.limits, answerMs: 100 } };
    const target = new S3TargetSystem('assets', client, { bucket: 'assets', prefix: '' }, { host });
    expect(await target.checkTransactions()).toMatch(
      /"assets" did not answer within 100 ms[^]*Check that it is up/,
    );
    await expect(target.run(RUN, async () => undefined)).rejects.toMatchObject({ isTransient: true });
  });

  it('being away, is said so', async () => {
    await serve(() => undefined);
    const away = clientFor(`http://a:b@127.0.0.1:${await freePort()}`, { maxAttempts: 1 });
    const target = targetOn(away);
    expect(await target.checkTransactions()).toMatch(
      /cannot be reached: [^]*ECONNREFUSED[^]*Check that it is up/,
    );
    const error: unknown = await target.run(RUN, async () => undefined).catch((thrown: unknown) => thrown);
    expect(target.isTransient(error)).toBe(true);
    away.destroy();
  });
});
