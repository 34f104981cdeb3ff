import type { AuditEntry, ListedEntry } from '@nestjs-flamingock/core';
import type { Output } from './output.js';
import { facts } from './output.js';
import { oneLine } from './safe-text.js';
import { colourState } from './state-colour.js';
import type { Column } from './table.js';

/** Entries of a history, one line each. */
export function entryTable(entries: readonly ListedEntry[], out: Output): string {
  const columns: Column<ListedEntry>[] = [
    { title: 'Seq', value: ({ seq }) => String(seq), keep: true },
    { title: 'Change ID', value: ({ changeId }) => changeId, keep: true },
    {
      title: 'State',
      value: ({ state }) => state,
      keep: true,
      colour: (text, { state }) => colourState(state, out.palette)(text),
    },
    { title: 'Recorded', value: ({ createdAt }) => createdAt, keep: true },
    { title: 'Target', value: ({ targetSystem }) => targetSystem },
  ];
  if (entries.some(({ edited }) => edited))
    columns.push({ title: 'Edited since', value: ({ edited }) => edited?.join('; ') ?? null });
  if (entries.some(({ error }) => error !== null))
    columns.push({ title: 'Error', value: ({ error }) => error });
  return out.table(entries, columns);
}

/** Entries of a history with all that they hold. */
export function entryBlocks(entries: readonly ListedEntry[], out: Output): string {
  return entries
    .map((entry) => `${headline(entry, out)}\n${facts(factsOf(entry), out.palette)}`)
    .join('\n\n');
}

function headline({ seq, changeId, state }: AuditEntry, out: Output): string {
  const { bold } = out.palette;
  return `${bold(oneLine(`${seq}  ${changeId}`))}  ${colourState(state, out.palette)(state)}`;
}

function factsOf(entry: ListedEntry): [string, string | null][] {
  const { className, methodName, metadata, edited = [] } = entry;
  return [
    ['recorded', `${entry.createdAt} by ${entry.hostname}`],
    ['operation', `${entry.operation}, ${entry.durationMs} ms`],
    ['stage', `${entry.stage} / ${entry.order}`],
    ['author', entry.author],
    ['target', entry.targetSystem],
    ['strategy', `${entry.txStrategy}, ${entry.recoveryStrategy}`],
    ['class', methodName === null ? className : `${className}.${methodName}`],
    ['execution', entry.executionId],
    ...Object.entries(metadata),
    ...edited.map((difference): [string, string] => ['edited since', difference]),
    ['error', entry.error],
    ['hash', entry.hash],
  ];
}
