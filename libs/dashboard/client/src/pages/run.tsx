import type { RunChange } from '@nestjs-flamingock/core';
import { ROUTES, type RunDetail } from '../../../src/api/contract.js';
import { Activity } from '../components/activity.js';
import {
  Badge,
  ChangeLink,
  Empty,
  Facts,
  Moment,
  Name,
  PageHead,
  Panel,
  Text,
} from '../components/basics.js';
import { Loaded } from '../components/loaded.js';
import { RunBadge } from '../components/run-table.js';
import { Table, type Column } from '../components/table.js';
import { count, duration, toneOf, words } from '../format.js';
import { useResource } from '../hooks.js';
import { hrefTo } from '../router.js';
import { spanIn } from '../timeline.js';

/** One run, change by change. */
export function RunPage({ seq }: { seq: string }) {
  const run = useResource<RunDetail>(ROUTES.run, { seq });
  const { data } = run;
  return (
    <>
      <PageHead title={`Run of entry ${seq}`}>{data && <RunBadge run={data} />}</PageHead>
      <Loaded of={run}>
        {(one) => (
          <div class="stack">
            {one.isGoingOn && (
              <Panel title="At work on">
                <Activity />
              </Panel>
            )}
            <Panel title="Run">
              <RunFacts run={one} />
            </Panel>
            <Panel title="Timeline">
              {one.timeline.length > 0 ? (
                <Table
                  label="Timeline of the run"
                  columns={columnsFor(one)}
                  rows={one.timeline}
                  keyOf={({ seq: last }) => last}
                />
              ) : (
                <Empty>It has recorded nothing about a change.</Empty>
              )}
            </Panel>
          </div>
        )}
      </Loaded>
    </>
  );
}

function RunFacts({ run }: { run: RunDetail }) {
  const { executionId, host, operation, startedAt, endedAt, firstSeq, lastSeq, actor, reason, changes } = run;
  return (
    <Facts
      of={[
        ['what', words(operation)],
        ['began', <Moment at={startedAt} />],
        [run.isGoingOn ? 'last entry' : 'ended', <Moment at={endedAt} />],
        ['took', duration(Date.parse(endedAt) - Date.parse(startedAt))],
        ['changes', `${count(changes)}${run.isCut ? ' or more: it has more entries than are shown' : ''}`],
        ['host', host],
        [
          'by',
          actor && `${actor.name} (${actor.kind}${actor.via === undefined ? '' : `, via ${actor.via}`})`,
        ],
        ['reason', reason],
        [
          'entries',
          <a href={hrefTo('history', undefined, { before: String(lastSeq + 1) })}>
            {count(firstSeq)} to {count(lastSeq)}
          </a>,
        ],
        ['execution', <code>{executionId}</code>],
      ]}
    />
  );
}

function columnsFor(run: RunDetail): Column<RunChange>[] {
  return [
    { name: 'Change', cell: ({ changeId }) => <ChangeLink id={changeId} /> },
    { name: 'Target', cell: ({ targetSystem }) => <Name>{targetSystem}</Name> },
    {
      name: 'Result',
      cell: ({ state, operation, attempts, error }) => (
        <>
          <Badge state={state} /> {operation !== run.operation && words(operation)}
          {attempts > 1 && ` after ${count(attempts)} attempts`}
          {error !== null && <Text>{error}</Text>}
        </>
      ),
    },
    { name: 'Took', isTight: true, cell: ({ durationMs }) => duration(durationMs) },
    { name: 'When', cell: (change) => <Bar run={run} change={change} /> },
  ];
}

/** Its attributes need no inline style, which the page's policy refuses. */
function Bar({ run, change }: { run: RunDetail; change: RunChange }) {
  const { from, length } = spanIn(run, change);
  return (
    <svg
      class={`bar ${toneOf(change.state)}`}
      viewBox="0 0 100 12"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect class="track" width="100" height="12" />
      <rect x={from} width={length} height="12" />
    </svg>
  );
}
