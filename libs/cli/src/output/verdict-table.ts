import type { ChangeVerdict } from '@nestjs-flamingock/core';
import type { Output } from './output.js';
import { colourState } from './state-colour.js';
import type { Column } from './table.js';

/** What changes have said of themselves. */
export function describeVerdicts(changes: readonly ChangeVerdict[], out: Output): string {
  const { palette } = out;
  const columns: Column<ChangeVerdict>[] = [
    { title: 'Change ID', value: ({ changeId }) => changeId, keep: true },
    {
      title: 'Verdict',
      value: ({ verdict }) => verdict,
      keep: true,
      colour: (text, { verdict }) => (verdict === 'applied' ? palette.green(text) : palette.yellow(text)),
    },
    {
      title: 'State',
      value: ({ state }) => state ?? '–',
      keep: true,
      colour: (text, { state }) => (state ? colourState(state, palette)(text) : text),
    },
    { title: 'Target', value: ({ targetSystem }) => targetSystem, keep: true },
    { title: 'Error', value: ({ error }) => error ?? '–' },
  ];
  return out.table(changes, columns);
}
