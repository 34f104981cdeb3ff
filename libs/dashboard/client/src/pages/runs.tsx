import { ROUTES, type RunList } from '../../../src/api/contract.js';
import { Empty, PageHead, Panel } from '../components/basics.js';
import { Loaded } from '../components/loaded.js';
import { Pager } from '../components/pager.js';
import { RunTable } from '../components/run-table.js';
import { useResource } from '../hooks.js';
import { hrefTo } from '../router.js';

/** Runs and operations, the newest first. */
export function RunsPage({ query }: { query: URLSearchParams }) {
  const before = query.get('before') ?? '';
  const runs = useResource<RunList>(ROUTES.runs, { before });
  return (
    <>
      <PageHead title="Runs" />
      <Loaded of={runs}>
        {({ runs: list, next }) => (
          <div class="stack">
            <Panel title={before === '' ? 'The last ones' : 'Earlier ones'}>
              {list.length > 0 ? <RunTable runs={list} /> : <Empty>Nothing was recorded.</Empty>}
            </Panel>
            <Pager
              label="Pages of runs"
              {...(before !== '' && { first: hrefTo('runs') })}
              {...(next !== undefined && { next: hrefTo('runs', undefined, { before: String(next) }) })}
            />
          </div>
        )}
      </Loaded>
    </>
  );
}
