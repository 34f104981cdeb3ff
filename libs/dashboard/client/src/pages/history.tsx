import { ROUTES, type HistoryPage as Entries } from '../../../src/api/contract.js';
import { ChangeLink, Empty, PageHead, Panel } from '../components/basics.js';
import { EntryTable } from '../components/entry-table.js';
import { Choice, Filters, Search } from '../components/filters.js';
import { Loaded } from '../components/loaded.js';
import { Pager } from '../components/pager.js';
import { count } from '../format.js';
import { useResource } from '../hooks.js';
import { urlOf } from '../http.js';
import { hrefTo } from '../router.js';
import { STATES } from '../states.js';

/** Every entry, the newest first. */
export function HistoryPage({ query }: { query: URLSearchParams }) {
  const filter = {
    q: query.get('q') ?? '',
    state: query.get('state') ?? '',
    changeId: query.get('changeId') ?? '',
  };
  const before = query.get('before') ?? '';
  const isFiltered = Object.values(filter).some((value) => value !== '');
  const history = useResource<Entries>(ROUTES.history, { ...filter, before });
  const show = (part: Readonly<Record<string, string>>): void =>
    location.replace(hrefTo('history', undefined, { ...filter, ...part }));
  return (
    <>
      <PageHead title="History">
        <div class="actions">
          <a class="button" href={urlOf(ROUTES.exportHistory)} download>
            Export all
          </a>
        </div>
      </PageHead>
      <div class="stack">
        <Filters>
          <Search label="Search" value={filter.q} onSearch={(q) => show({ q })} />
          <Choice label="State" value={filter.state} options={STATES} onChoose={(state) => show({ state })} />
        </Filters>
        {filter.changeId !== '' && (
          <p>
            Only of <ChangeLink id={filter.changeId} />.{' '}
            <a href={hrefTo('history', undefined, { ...filter, changeId: '' })}>Of all changes</a>
          </p>
        )}
        <Loaded of={history}>
          {({ entries, next, lookedAt }) => (
            <>
              <Panel title={before === '' ? 'The last entries' : `Entries before ${before}`}>
                {entries.length > 0 ? (
                  <EntryTable entries={entries} />
                ) : (
                  <None isFiltered={isFiltered} next={next} lookedAt={lookedAt} />
                )}
              </Panel>
              <Pager
                label="Pages of the history"
                {...(before !== '' && { first: hrefTo('history', undefined, filter) })}
                {...(next !== undefined && {
                  next: hrefTo('history', undefined, { ...filter, before: String(next) }),
                })}
              />
            </>
          )}
        </Loaded>
      </div>
    </>
  );
}

/** A search looks at so many entries at a time. */
function None({
  isFiltered,
  next,
  lookedAt,
}: {
  isFiltered: boolean;
  next: number | undefined;
  lookedAt: number | undefined;
}) {
  if (!isFiltered) return <Empty>Nothing was recorded.</Empty>;
  if (next === undefined) return <Empty>No entry is like that.</Empty>;
  return (
    <Empty>No entry down to number {count(lookedAt ?? next)} is like that; there are earlier ones.</Empty>
  );
}
