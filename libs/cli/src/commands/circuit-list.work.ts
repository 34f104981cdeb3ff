import type { CircuitStatus } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import type { Column } from '../output/table.js';
import type { Work } from './command-runner.js';

/** What `flamingock circuit list` does. */
export const work: Work<object> = async ({ flamingock, out }) => {
  const circuits = await flamingock.circuits.list();
  out.result({ circuits }, () => describe(circuits, out));
  return ExitCode.DONE;
};

function describe(circuits: readonly CircuitStatus[], out: Output): string {
  if (circuits.length === 0) return out.palette.green('No target system has failed');
  const { red, yellow } = out.palette;
  const columns: Column<CircuitStatus>[] = [
    { title: 'Target', value: ({ targetSystem }) => targetSystem, keep: true },
    {
      title: 'Circuit',
      value: ({ state }) => state,
      keep: true,
      colour: (text, { state }) => (state === 'open' ? red : yellow)(text),
    },
    { title: 'Failures', value: ({ failures }) => String(failures), keep: true },
    { title: 'Since', value: ({ since }) => since, keep: true },
    { title: 'Until', value: ({ until }) => until ?? '–', keep: true },
    { title: 'Error', value: ({ error }) => error },
  ];
  return out.table(circuits, columns);
}
