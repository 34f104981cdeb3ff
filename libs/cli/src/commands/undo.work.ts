import type { UndoneChange, UndoReport, UndoRequest } from '@nestjs-flamingock/core';
import { undoCommand, undoPlanCommand, undoToCommand } from '@nestjs-flamingock/core/adapter';
import { interruptibly } from '../application/interruption.js';
import { refuse } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { manyLines, oneLine } from '../output/safe-text.js';
import type { Column } from '../output/table.js';
import type { Check, Invocation } from './command-runner.js';
import { confirmationFaults, confirmed, hasTerminal, type ConfirmOptions } from './confirmation.js';
import { digestFaults, type DigestOptions } from './digest-confirmation.js';
import { noteHolder } from './lock-note.js';
import { operatorActor, reasonedContextOf, reasonFaults, type OperatorOptions } from './operator.js';

export interface UndoOptions extends ConfirmOptions, DigestOptions, OperatorOptions {
  readonly change?: string;
  readonly to?: string;
}

/** Refuses what no application is needed to refuse. */
export const check: Check<UndoOptions> = (options, out) => {
  const isDry = options.dryRun === true;
  refuse([
    ...requestFaults(options),
    ...(isDry ? [] : reasonFaults(options, commandOf(options))),
    ...(isDry ? [] : undoFaults(options, out)),
  ]);
};

/** What `flamingock undo` does. */
export async function work({ flamingock, options, out }: Invocation<UndoOptions>): Promise<ExitCode> {
  const request = requestOf(options);
  // On a terminal the answer is about what was shown.
  const planned = await flamingock.undo(request, { dryRun: true });
  if (options.dryRun === true || planned.changes.length === 0) {
    out.result(planned, () => `${describe(planned, out)}${exactly(options, planned)}`);
    return ExitCode.DONE;
  }
  const asks = options.yes !== true && options.confirm === undefined && hasTerminal(out);
  if (asks) out.line(describe(planned, out));
  if (!(await confirmed({ yes: !asks }, out, `Undo ${count(planned)}?`))) {
    out.note('Nothing was undone.');
    return ExitCode.FAILED;
  }
  const confirm = options.confirm ?? (asks ? planned.digest : undefined);
  await noteHolder(flamingock, out);
  const report = await interruptibly(
    flamingock,
    (text) => out.note(text),
    () => flamingock.undo(request, { ...reasonedContextOf(options, out), confirm }),
  );
  out.result(report, () => describe(report, out));
  return report.status === 'stopped' ? ExitCode.FAILED : ExitCode.DONE;
}

function requestOf({ change, to }: UndoOptions): UndoRequest {
  return to === undefined ? { changeId: change ?? '' } : { to };
}

function requestFaults({ change, to }: UndoOptions): string[] {
  const isOne = (change === undefined) !== (to === undefined);
  return isOne ? [] : ['Say what to undo: either one change (-c <id>) or everything after one (--to <id>).'];
}

function undoFaults(options: UndoOptions, out: Output): string[] {
  if (hasTerminal(out)) return options.confirm === undefined ? confirmationFaults(options, out) : [];
  const look = undoPlanCommand(requestOf(options));
  return digestFaults('undo', options, operatorActor(options, out), look, out);
}

/** How what was planned is done, and nothing else. */
function exactly(options: UndoOptions, { changes, digest }: UndoReport): string {
  if (changes.length === 0 || digest === undefined) return '';
  return `\n\nTo do exactly this: ${oneLine(commandOf(options))} --confirm ${digest}`;
}

function commandOf({ change = 'ID', to }: UndoOptions): string {
  return to === undefined ? undoCommand(change) : undoToCommand(to);
}

function describe(report: UndoReport, out: Output): string {
  const { changes, status } = report;
  if (changes.length === 0) return 'Nothing to undo';
  const columns: Column<UndoneChange>[] = [
    { title: 'Change ID', value: ({ changeId }) => changeId, keep: true },
    {
      title: 'Result',
      value: ({ result }) => result,
      keep: true,
      colour: (text, row) => colour(row, out)(text),
    },
    { title: 'State', value: ({ state }) => state, keep: true },
    { title: 'Target', value: ({ targetSystem }) => targetSystem },
    { title: 'Error', value: ({ error }) => error },
  ];
  const shown = changes.some(({ error }) => error !== undefined) ? columns : columns.slice(0, -1);
  const lines = [out.palette.bold(`${HEADLINES[status]} (${count(report)})`), '', out.table(changes, shown)];
  return [...lines, ...changes.flatMap(nextSteps), ...runsAgain(report, out)].join('\n');
}

const HEADLINES: Readonly<Record<UndoReport['status'], string>> = {
  planned: 'TO BE UNDONE',
  undone: 'UNDONE',
  stopped: 'UNDO STOPPED',
};

function colour({ result }: UndoneChange, { palette }: Output): (text: string) => string {
  if (result === 'failed') return palette.red;
  return result === 'undone' ? palette.green : palette.yellow;
}

function count({ changes }: UndoReport): string {
  return changes.length === 1 ? '1 change' : `${changes.length} changes`;
}

function nextSteps({ changeId, nextSteps: steps = [] }: UndoneChange): string[] {
  if (steps.length === 0) return [];
  return [
    '',
    oneLine(`What to do about "${changeId}":`),
    ...steps.map((step, at) => manyLines(`  ${at + 1}. ${step}`)),
  ];
}

function runsAgain({ changes, status }: UndoReport, { palette }: Output): string[] {
  const again = changes.filter(
    (one) => one.runsAgain && (one.result === 'undone' || one.result === 'planned'),
  );
  if (again.length === 0) return [];
  const ids = again.map(({ changeId }) => changeId).join(', ');
  const verb = status === 'planned' ? 'would run' : 'will run';
  return ['', palette.yellow(oneLine(`! Still in the code, so the next start ${verb} again: ${ids}`))];
}
