import type { RunSummary } from '@nestjs-flamingock/core';
import { count, duration, words } from '../format.js';
import { Badge, Moment, Name, RunLink } from './basics.js';
import { Table, type Column } from './table.js';

const COLUMNS: readonly Column<RunSummary>[] = [
  {
    name: 'Run',
    isTight: true,
    cell: ({ lastSeq, startedAt }) => (
      <RunLink seq={lastSeq}>
        <Moment at={startedAt} />
      </RunLink>
    ),
  },
  { name: 'What', cell: ({ operation }) => words(operation) },
  { name: 'Result', cell: (run) => <RunBadge run={run} /> },
  { name: 'Changes', cell: ({ changes, isCut }) => `${count(changes)}${isCut ? '+' : ''}` },
  {
    name: 'Took',
    isTight: true,
    cell: ({ startedAt, endedAt }) => duration(Date.parse(endedAt) - Date.parse(startedAt)),
  },
  { name: 'Host', cell: ({ host }) => <Name>{host}</Name> },
  {
    name: 'By',
    cell: ({ actor, reason }) => (
      <>
        {actor && <Name>{actor.name}</Name>}
        {reason !== undefined && (
          <div class="muted">
            <Name>{reason}</Name>
          </div>
        )}
      </>
    ),
  },
];

/** Runs and operations, one a line. */
export function RunTable({ runs }: { runs: readonly RunSummary[] }) {
  return <Table label="Runs" columns={COLUMNS} rows={runs} keyOf={({ lastSeq }) => lastSeq} />;
}

/** What became of a run. */
export function RunBadge({ run: { isGoingOn, failed } }: { run: RunSummary }) {
  if (isGoingOn) return <Badge tone="warn" state="going on" />;
  return failed > 0 ? <Badge tone="bad" state={`${failed} failed`} /> : <Badge tone="ok" state="done" />;
}
