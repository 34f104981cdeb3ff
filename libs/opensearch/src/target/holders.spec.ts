import { setTimeout as delay } from 'node:timers/promises';
import { FencedError } from '@nestjs-flamingock/core';
import type { Marker } from '@nestjs-flamingock/core/adapter';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { ClientScope } from '../client/client-scope.js';
import { transportOf, type SendRequest } from '../client/search-request.js';
import { indicesOf, SearchSpace } from '../fixtures/search-space.js';
import type { OpenSearchTargetSystem } from './opensearch.target-system.js';

const markerOf = (token: number): Marker => ({
  ...{ service: 'shop', changeId: 'add-price', executionId: `e${token}`, operation: 'EXECUTE' },
  ...{ token, owner: `owner ${token}` },
});

await describeOn(['opensearch'], 'holders of the lock', ({ opensearch }) => {
  let space: SearchSpace;
  let first: OpenSearchTargetSystem;
  let second: OpenSearchTargetSystem;
  let alias: string;
  let seed: string;

  beforeEach(async () => {
    space = new SearchSpace(opensearch);
    [first, second] = [space.target(), space.target()];
    alias = space.name('products');
    seed = await space.seed('products', [{ name: 'pen' }]);
    await first.markers.prepare();
  });
  afterEach(() => space.remove());

  const swapping = (target: OpenSearchTargetSystem, token: number, before = () => Promise.resolve()) =>
    target.transaction(
      markerOf(token),
      async (handles) => {
        const index = await indicesOf(handles).create(alias);
        await indicesOf(handles).swap(alias, index);
        await before();
      },
      markerOf(token),
    );

  /** Does something with each call that ends a change of the target. */
  const onCommit = (
    target: OpenSearchTargetSystem,
    then: (send: () => ReturnType<SendRequest>) => unknown,
  ) => {
    const transport = transportOf(target.resource);
    const request = transport.request.bind(transport);
    let count = 0;
    transport.request = (asked, options, callback) => {
      const send = () => request(asked, options, callback);
      // The first of a change raises its fence.
      if (asked.path !== '/_aliases' || ++count !== 2) return send();
      return then(send) as ReturnType<SendRequest>;
    };
  };

  it('change nothing once another has taken over, however late their call comes', async () => {
    onCommit(first, async (send) => {
      await second.markers.claim(markerOf(2));
      return send();
    });
    const outcome = await swapping(first, 1);
    expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(FencedError) as unknown });
    expect(await space.places(alias)).toEqual([seed]);
    expect(await space.indices()).toEqual([seed]);
    expect(await second.markers.read(markerOf(2), 'add-price')).toBeUndefined();
  });

  it('change nothing where their call is under way while another reads the marker', async () => {
    let late: Promise<unknown> = Promise.resolve();
    onCommit(first, (send) => {
      late = delay(300).then(send);
      return Promise.reject(Object.assign(new Error('Request timed out'), { name: 'TimeoutError' }));
    });
    expect(await swapping(first, 1)).toMatchObject({ status: 'unknown' });
    expect(await second.markers.read(markerOf(2), 'add-price')).toBeUndefined();
    await expect(late).rejects.toThrow(/fence.*missing/);
    expect(await space.places(alias)).toEqual([seed]);
  });

  it('are found to have changed all of it where the answer to their call was lost', async () => {
    onCommit(first, async (send) => {
      await send();
      throw Object.assign(new Error('socket hang up'), { name: 'ConnectionError' });
    });
    expect(await swapping(first, 1)).toMatchObject({ status: 'unknown' });
    expect(await second.markers.read(markerOf(2), 'add-price')).toEqual(markerOf(1));
    await second.markers.claim(markerOf(2));
    expect(await space.places(alias)).not.toEqual([seed]);
    expect(await space.indices()).toHaveLength(2);
  });

  it('know that they changed it where a proxy has sent their call twice', async () => {
    onCommit(first, async (send) => {
      await send();
      return send();
    });
    expect(await swapping(first, 1)).toEqual({ status: 'committed' });
    expect(await space.places(alias)).not.toEqual([seed]);
  });

  it('remove what was left by one who crashed while documents were copied', async () => {
    const documents = Array.from({ length: 50 }, (_, at) => ({ at }));
    for (const body of documents) await space.client.index({ index: seed, body });
    const abandoned = first.transaction(
      markerOf(1),
      async (handles) => {
        const index = await indicesOf(handles).create(alias);
        await indicesOf(handles).reindex(alias, index, { batchSize: 1, requestsPerSecond: 1 });
      },
      markerOf(1),
    );
    while ((await space.indices()).length < 2) await delay(20);
    await delay(500);
    await second.markers.claim(markerOf(2));
    expect(await space.indices()).toEqual([seed]);
    expect(await abandoned).toMatchObject({ status: 'rolled-back' });
    const { body } = await space.client.tasks.list({ actions: '*reindex' });
    const running = JSON.stringify(body);
    expect(running).not.toContain(alias);
  });

  it('leave alone what a later one is building', async () => {
    await swapping(second, 2, async () => {
      await expect(first.markers.claim(markerOf(1))).rejects.toThrow(FencedError);
      expect(await space.indices()).toHaveLength(2);
    });
    expect(await space.places(alias)).not.toEqual([seed]);
  });

  it('claim for the first time one after the other', async () => {
    const targets = Array.from({ length: 8 }, () => space.target());
    const claims = targets.map((target, at) => target.markers.claim(markerOf(at + 1)));
    await Promise.allSettled(claims);
    expect(await first.markers.look('shop')).toEqual({ token: 8, owner: 'owner 8' });
    const { body } = await space.client.indices.getAlias({ index: space.controlIndex });
    const fences = Object.keys(body[space.controlIndex]?.aliases ?? {}).filter((name) =>
      name.includes('.fence.'),
    );
    expect(fences).toHaveLength(1);
  });

  it('refuse a control index that is not theirs', async () => {
    const index = space.name('foreign');
    await space.client.indices.create({ index });
    const target = space.target({ controlIndex: index });
    await expect(target.markers.claim(markerOf(1))).rejects.toMatchObject({
      code: 'FLAMINGOCK_CONTROL_INDEX',
      index,
    });
  });

  it('share the hook of a client', () => {
    expect(ClientScope.of(first.resource)).toBe(ClientScope.of(first.resource));
  });
});
