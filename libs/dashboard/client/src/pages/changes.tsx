import type { ChangeSummary } from '@nestjs-flamingock/core';
import { ROUTES, type ChangeList } from '../../../src/api/contract.js';
import { Badge, ChangeLink, Empty, Moment, Name, PageHead, Panel } from '../components/basics.js';
import { Choice, Filters, Search } from '../components/filters.js';
import { Loaded } from '../components/loaded.js';
import { Pager } from '../components/pager.js';
import { Table, type Column } from '../components/table.js';
import { count } from '../format.js';
import { useResource } from '../hooks.js';
import { hrefTo } from '../router.js';
import { PLANNED, STATES } from '../states.js';

const COLUMNS: readonly Column<ChangeSummary>[] = [
  { name: 'Change', cell: ({ changeId }) => <ChangeLink id={changeId} /> },
  { name: 'Stage', cell: ({ stage, order }) => <Name>{`${stage} ${order}`}</Name> },
  { name: 'Target', cell: ({ targetSystem }) => <Name>{targetSystem}</Name> },
  {
    name: 'State',
    cell: ({ state }) => (state ? <Badge state={state} /> : <span class="muted">not yet</span>),
  },
  { name: 'Recorded', cell: ({ recordedAt }) => recordedAt !== undefined && <Moment at={recordedAt} near /> },
  {
    name: 'Next run',
    cell: ({ action, reason, inCode }) => (
      <>
        {action && <Badge state={action} />}
        {!inCode && <Badge state="not in the code" tone="warn" />}
        {reason !== undefined && action !== 'SKIP' && (
          <div>
            <Name>{reason}</Name>
          </div>
        )}
      </>
    ),
  },
  { name: 'Author', cell: ({ author }) => <Name>{author}</Name> },
];

/** Every change that code or history knows. */
export function ChangesPage({ query }: { query: URLSearchParams }) {
  const [q, state, action, after] = ['q', 'state', 'action', 'after'].map(
    (name) => query.get(name) ?? '',
  ) as [string, string, string, string];
  const changes = useResource<ChangeList>(ROUTES.changes, { q, state, action, after });
  const show = (filter: Readonly<Record<string, string>>): void =>
    location.replace(hrefTo('changes', undefined, { q, state, action, ...filter }));
  return (
    <>
      <PageHead title="Changes" />
      <div class="stack">
        <Filters>
          <Search label="Search" value={q} onSearch={(text) => show({ q: text })} />
          <Choice label="State" value={state} options={STATES} onChoose={(one) => show({ state: one })} />
          <Choice
            label="Next run"
            value={action}
            options={PLANNED}
            onChoose={(one) => show({ action: one })}
          />
        </Filters>
        <Loaded of={changes}>
          {({ changes: list, total, next }) => (
            <>
              <Panel title={`${count(total)} ${total === 1 ? 'change' : 'changes'}`}>
                {list.length > 0 ? (
                  <Table label="Changes" columns={COLUMNS} rows={list} keyOf={({ changeId }) => changeId} />
                ) : (
                  <Empty>None is like that.</Empty>
                )}
              </Panel>
              <Pager
                label="Pages of changes"
                {...(after !== '' && { first: hrefTo('changes', undefined, { q, state, action }) })}
                {...(next !== undefined && {
                  next: hrefTo('changes', undefined, { q, state, action, after: next }),
                })}
              />
            </>
          )}
        </Loaded>
      </div>
    </>
  );
}
