import { readFileSync } from 'node:fs';
import type { Marker } from '@nestjs-flamingock/core/adapter';
import { describeOn } from '../../../test/support/services/describe-on.js';
import { indicesOf, SearchSpace } from './fixtures/search-space.js';
import type { OpenSearchTargetSystem } from './target/opensearch.target-system.js';

const HOLD = { service: 'shop', token: 1, owner: 'one' };
const marker = (changeId: string): Marker => ({ ...HOLD, changeId, executionId: 'e', operation: 'EXECUTE' });

/** Only after a node was started again while it copied documents, see restart-opensearch.spec. */
const AFTER_RESTART = 'GET /_cluster/health/<index>';

await describeOn(['opensearch'], 'the rights that the guide asks for', ({ opensearch }) => {
  let space: SearchSpace;
  beforeEach(() => (space = new SearchSpace(opensearch)));
  afterEach(() => space.remove());

  it('are those of all requests that are sent, and of no others', async () => {
    const client = space.connect();
    const sent = new Set<string>();
    client.on('response', (_error, { meta }) => {
      const { method, path } = meta.request.params;
      sent.add(shape(`${method} ${path}`, space.controlIndex));
    });
    const target = space.target({ keepOld: 0 }, client);
    await useAll(target, space);
    expect([...sent, AFTER_RESTART].sort()).toEqual(documented().sort());
  });
});

/** Everything that a target system is asked for in its life. */
async function useAll(target: OpenSearchTargetSystem, space: SearchSpace): Promise<void> {
  const alias = space.name('all');
  await space.seed('all', [{ at: 1 }, { at: 2 }, { at: 3 }]);
  expect(await target.checkTransactions()).toBeUndefined();
  await target.markers.prepare();
  await target.markers.claim(HOLD);
  await replace(target, alias);
  await breakOff(target, alias);
  expect(await target.markers.read(HOLD, 'replace')).toEqual(marker('replace'));
  await target.markers.clear(HOLD, ['replace']);
  await target.markers.look(HOLD.service);
  await target.serverVersion();
}

async function replace(target: OpenSearchTargetSystem, alias: string): Promise<void> {
  const outcome = await target.transaction(
    marker('replace'),
    async (handles) => {
      const indices = indicesOf(handles);
      const index = await indices.create(alias, { settings: { number_of_replicas: 0 } });
      await indices.reindex(alias, index);
      await indices.add(index, [{ document: { at: 4 } }]);
      await indices.configure(index, { refresh_interval: null });
      await indices.refresh(index);
      await indices.swap(alias, index);
    },
    marker('replace'),
  );
  expect(outcome).toEqual({ status: 'committed' });
}

/** The task that copies is still at work when the change ends. */
async function breakOff(target: OpenSearchTargetSystem, alias: string): Promise<void> {
  const lost = new AbortController();
  const context = { progress: () => lost.abort(new Error('lost')), signal: lost.signal };
  const outcome = await target.transaction(
    marker('break off'),
    async (handles) => {
      const indices = indicesOf(handles);
      const index = await indices.create(alias, { settings: { number_of_replicas: 0 } });
      await indices.reindex(alias, index, { context, slices: 1, batchSize: 1, requestsPerSecond: 1 });
    },
    marker('break off'),
  );
  expect(outcome).toMatchObject({ status: 'rolled-back' });
}

/** A request without what is other in each of them. */
function shape(request: string, controlIndex: string): string {
  const [method = '', path = ''] = request.split(' ');
  const parts = decodeURIComponent(path)
    .split('/')
    .map((part, at, all) => {
      if (part === controlIndex) return '<control index>';
      if (part.startsWith(`${controlIndex}.unseen.`) && at === 1) return '<alias>';
      if (part.startsWith(`${controlIndex}.`)) return '<control index>.…';
      if (all[at - 1] === '_tasks') return '<task>';
      return at === 1 && part !== '' && !part.startsWith('_') ? '<index>' : part;
    });
  return `${method} ${parts.join('/')}`;
}

/** The first column of the table of requests in the guide. */
function documented(): string[] {
  const guide = readFileSync('docs/opensearch.md', 'utf8');
  const [, rights = ''] = guide.split('\n## Rights\n');
  return [...rights.matchAll(/^\| `((?:GET|PUT|POST|DELETE) [^`]+)` \|/gm)].map(
    ([, request = '']) => request,
  );
}
