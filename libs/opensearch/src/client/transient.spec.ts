import type { Client } from '@opensearch-project/opensearch';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { freePort } from '../../../../test/support/services/free-port.mjs';
import { SearchSpace } from '../fixtures/search-space.js';
import type { OpenSearchTargetSystem } from '../target/opensearch.target-system.js';
import { diagnose } from './diagnose.js';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

await describeOn(['opensearch'], 'a failure of OpenSearch', ({ opensearch }) => {
  let space: SearchSpace;
  let client: Client;
  let target: OpenSearchTargetSystem;
  let index: string;

  beforeEach(async () => {
    space = new SearchSpace(opensearch);
    client = space.connect();
    target = space.target({}, client);
    index = await space.seed('products');
  });
  afterEach(() => space.remove());

  it('passes where the connection is refused, in the words of the client and in ours', async () => {
    const nobody = space.connect(`http://user:s3cret@127.0.0.1:${await freePort()}`);
    expect(target.isTransient(await failureOf(nobody.cat.indices()))).toBe(true);
    const ours = space.target({}, nobody);
    const error = await failureOf(ours.markers.look('shop'));
    expect(error).toMatchObject({ code: 'FLAMINGOCK_OPENSEARCH_UNREACHABLE' });
    expect(String(error)).not.toContain('s3cret');
    expect(target.isTransient(error)).toBe(true);
    expect(await ours.checkTransactions()).toContain('did not answer');
  });

  it('passes where somebody else was faster with a conditional write, not where a document is there', async () => {
    await client.create({ index, id: '1', body: {} });
    const again = await failureOf(client.create({ index, id: '1', body: {} }));
    const late = await failureOf(
      client.index({ index, id: '1', body: {}, if_seq_no: 7, if_primary_term: 1 }),
    );
    expect([again, late].map((error) => target.isTransient(error))).toEqual([false, true]);
  });

  it('does not pass where it is a fault of the request, or of the application', async () => {
    expect(target.isTransient(await failureOf(client.indices.create({ index })))).toBe(false);
    expect(target.isTransient(new TypeError('no such property'))).toBe(false);
  });

  it('is told by status, type, index and request, without the id of the document', async () => {
    await client.create({ index, id: 's3cret', body: {} });
    const error = await failureOf(client.create({ index, id: 's3cret', body: {} }));
    expect(target.diagnose(error)).toEqual({
      code: '409',
      codeName: 'version_conflict_engine_exception',
      object: index,
      statement: `POST /${index}/_create/…`,
    });
  });

  it('knows the version of the server, and has nothing against it', async () => {
    expect(await target.serverVersion()).toMatch(/^\d+\.\d+/);
    expect(await target.checkTransactions()).toBeUndefined();
  });
});

it.each([undefined, 'a text', new TypeError('no')])('says nothing of %s', (error) => {
  expect(diagnose(error)).toEqual({});
});
