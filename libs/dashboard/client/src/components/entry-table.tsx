import type { ListedEntry } from '@nestjs-flamingock/core';
import { count, duration, words } from '../format.js';
import { Badge, ChangeLink, Moment, Name, RunLink, Text } from './basics.js';
import { Table, type Column } from './table.js';

const SEQ: Column<ListedEntry> = {
  name: 'Entry',
  isTight: true,
  cell: ({ seq }) => <RunLink seq={seq}>{count(seq)}</RunLink>,
};
const CHANGE: Column<ListedEntry> = { name: 'Change', cell: ({ changeId }) => <ChangeLink id={changeId} /> };
const REST: readonly Column<ListedEntry>[] = [
  {
    name: 'State',
    cell: ({ state, operation }) => (
      <>
        <Badge state={state} /> {operation !== 'EXECUTE' && words(operation)}
      </>
    ),
  },
  { name: 'When', isTight: true, cell: ({ createdAt }) => <Moment at={createdAt} /> },
  {
    name: 'Took',
    isTight: true,
    cell: ({ durationMs, state }) => state !== 'STARTED' && duration(durationMs),
  },
  { name: 'Host', cell: ({ hostname }) => <Name>{hostname}</Name> },
  { name: 'Told', cell: (entry) => <Told entry={entry} /> },
];

/** Entries, one a line. `ofOne`: all are of one change. */
export function EntryTable({ entries, ofOne = false }: { entries: readonly ListedEntry[]; ofOne?: boolean }) {
  const columns = ofOne ? [SEQ, ...REST] : [SEQ, CHANGE, ...REST];
  return <Table label="Entries" columns={columns} rows={entries} keyOf={({ seq }) => seq} />;
}

/** Keys of the metadata that are shown elsewhere, or are for machines. */
const UNTOLD = ['by', 'actorKind', 'via', 'reason', 'diagnosis', 'fingerprint', 'token', 'steps'];

function Told({ entry: { error, metadata, edited = [] } }: { entry: ListedEntry }) {
  const { by, reason } = metadata as { by?: string; reason?: string };
  const others = Object.entries(metadata).filter(([key]) => !UNTOLD.includes(key));
  return (
    <>
      {by !== undefined && (
        <div>
          by <Name>{by}</Name>
          {reason !== undefined && (
            <>
              : <Name>{reason}</Name>
            </>
          )}
        </div>
      )}
      {error !== null && <Text>{error}</Text>}
      {edited.length > 0 && <Name>{`edited since: ${edited.join('; ')}`}</Name>}
      {others.map(([key, value]) => (
        <div key={key} class="muted">
          {key}: <Name>{value}</Name>
        </div>
      ))}
    </>
  );
}
