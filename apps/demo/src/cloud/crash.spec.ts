import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { CloudSpace } from '../fixtures/cloud-space.js';
import { isBuilt, runDemo } from '../fixtures/compiled-demo.js';

/** The compiled variant, as `npm start -- --variant cloud` runs it. */
await describeOn(
  ['seaweedfs', 'opensearch'],
  'the compiled service with S3 and OpenSearch',
  ({ seaweedfs, opensearch }) => {
    (isBuilt ? describe : describe.skip)('killed in a change', () => {
      const space = new CloudSpace(seaweedfs, opensearch);
      const folder = mkdtempSync(join(tmpdir(), 'flamingock-demo-cloud-'));
      afterAll(async () => {
        await space.remove();
        rmSync(folder, { recursive: true });
      });

      const start = (variables: NodeJS.ProcessEnv = {}) =>
        runDemo('dist/main.js', ['--variant', 'cloud'], {
          DEMO_VAR: folder,
          ...space.variables,
          ...variables,
        });

      it('shows nothing in the bucket when it is killed half-way through the price lists', async () => {
        expect(await start({ DEMO_CRASH: 'upload-price-lists:JPY' })).toMatchObject({ signal: 'SIGKILL' });
        expect(await space.priceLists()).toEqual([]);
      });

      it('uploads them all at the next start, and shows no price when it is killed half-way through the index', async () => {
        const { signal, output } = await start({ DEMO_CRASH: 'build-price-search:JPY' });
        expect(signal).toBe('SIGKILL');
        expect(output).toContain('Applied "upload-price-lists"');
        expect(await space.priceLists()).toHaveLength(5);
        expect(await space.prices()).toBeUndefined();
      });

      it('builds the index at the start after that, once and without asking anybody', async () => {
        const { output } = await start();
        expect(output).toContain('5 skipped, 1 executed');
        expect(output).toContain('Serving at');
        expect(await space.priceLists()).toHaveLength(5);
        expect(await space.prices()).toBe(15);
        expect(await space.indices()).toHaveLength(1);
      });
    });
  },
);
