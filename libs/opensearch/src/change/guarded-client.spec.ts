import type { ChangeRun } from '@nestjs-flamingock/core/adapter';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { clientOf, SearchSpace } from '../fixtures/search-space.js';
import type { OpenSearchTargetSystem } from '../target/opensearch.target-system.js';

const RUN: ChangeRun = { service: 'shop', changeId: 'seed', executionId: 'e', operation: 'EXECUTE' };

await describeOn(['opensearch'], 'a change without a transaction', ({ opensearch }) => {
  let space: SearchSpace;
  let target: OpenSearchTargetSystem;
  let index: string;

  beforeEach(async () => {
    space = new SearchSpace(opensearch);
    target = space.target();
    index = await space.seed('products');
  });
  afterEach(() => space.remove());

  const count = async (): Promise<unknown> => {
    await space.client.indices.refresh({ index });
    return (await space.client.count({ index })).body.count;
  };

  it('sends nothing once the lock is lost', async () => {
    let isLost = false;
    const check = () => {
      if (isLost) throw new RangeError('lock lost');
    };
    const work = target.run(
      RUN,
      async (handles) => {
        const client = clientOf(handles);
        await client.index({ index, body: {} });
        isLost = true;
        await client.index({ index, body: {} });
      },
      check,
    );
    await expect(work).rejects.toThrow('lock lost');
    expect(await count()).toBe(1);
  });

  it('fails where one action of a bulk request has failed, with the answer', async () => {
    const work = target.run(RUN, async (handles) => {
      const body = [{ create: { _id: '1' } }, {}, { create: { _id: '1' } }, {}];
      await clientOf(handles).bulk({ index, body });
    });
    await expect(work).rejects.toMatchObject({
      code: 'FLAMINGOCK_BULK_ITEMS',
      response: { body: { errors: true } },
    });
    expect(await count()).toBe(1);
  });

  it('may only read where it says what is there', async () => {
    const work = target.run({ ...RUN, readOnly: true }, async (handles) => {
      await clientOf(handles).count({ index });
      await clientOf(handles).index({ index, body: {} });
    });
    await expect(work).rejects.toMatchObject({ code: 'FLAMINGOCK_READ_ONLY_STATEMENT' });
    expect(await count()).toBe(0);
  });

  it('is served by callbacks, too', async () => {
    let answered: unknown;
    await target.run(RUN, async (handles) => {
      answered = await new Promise((resolve) => {
        clientOf(handles).count({ index }, (_error, answer) => resolve(answer.body.count));
      });
    });
    expect(answered).toBe(0);
  });
});
