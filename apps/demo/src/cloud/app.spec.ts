import { describeOn } from '../../../../test/support/services/describe-on.js';
import { Demo } from '../fixtures/demo.js';
import { CloudSpace } from '../fixtures/cloud-space.js';

const PRICE_LISTS = ['CLF.json', 'EUR.json', 'JPY.json', 'KWD.json', 'USD.json'];

await describeOn(
  ['seaweedfs', 'opensearch'],
  'the inventory service with S3 and OpenSearch',
  ({ seaweedfs, opensearch }) => {
    const space = new CloudSpace(seaweedfs, opensearch);
    const demo = Demo.eachTest(
      async () => (await import('../chosen-module.js')).chosenModule(['--variant', 'cloud']),
      space.variables,
    );
    afterAll(() => space.remove());

    it('applies every change before it serves the first time, and serves prices from OpenSearch', async () => {
      expect(demo.results).toEqual([
        'create-tables: executed',
        'load-currencies: executed',
        'seed-products: executed',
        'normalize-prices: executed',
        'upload-price-lists: executed',
        'build-price-search: executed',
      ]);
      const { body } = await demo.get('/currencies/KWD');
      expect(body).toMatchObject({
        code: 'KWD',
        prices: [{ sku: 'KB-100', name: 'Keyboard', amount: 26.125 }, { sku: 'MN-270' }, { sku: 'MS-010' }],
      });
    });

    it('applies nothing the second time', async () => {
      expect(demo.report.status).toBe('up-to-date');
      expect(await space.priceLists()).toEqual(PRICE_LISTS);
    });
  },
);
