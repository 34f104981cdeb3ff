import type { ImportedMigration, ImportPreview, ImportRequest, ImportResult } from '@nestjs-flamingock/core';
import { interruptibly } from '../application/interruption.js';
import { UsageError } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Column } from '../output/table.js';
import type { Invocation } from './command-runner.js';
import { noteHolder } from './lock-note.js';
import { contextOf, type OperatorOptions } from './operator.js';

export interface ImportOptions extends OperatorOptions {
  readonly target?: string;
  readonly table?: string;
  readonly schema?: string;
  readonly dryRun?: boolean;
  readonly undo?: boolean;
}

/** Most migrations that are shown one by one. */
const SHOWN = 20;

/** What `flamingock import` does. */
export async function work(invocation: Invocation<ImportOptions>): Promise<ExitCode> {
  const [tool] = invocation.args;
  if (tool === undefined) return takeBack(invocation);
  return importOrShow(requestOf(tool, invocation.options), invocation);
}

/** Refuses what nothing could be meant by. */
export function check(options: ImportOptions, _out: Output, [tool]: readonly string[]): void {
  const { undo = false, dryRun = false, ...which } = options;
  const named = (['target', 'table', 'schema'] as const).filter((option) => which[option] !== undefined);
  if (!undo && tool === undefined) throw new UsageError('Name the tool whose history is to be imported.');
  if (undo && (tool !== undefined || dryRun || named.length > 0))
    throw new UsageError(
      '--undo takes back the last import, whatever it was: leave out the tool and its options.',
    );
}

function requestOf(tool: string, { target, table, schema }: ImportOptions): ImportRequest {
  return { tool, targetSystem: target, table, schema };
}

async function importOrShow(
  request: ImportRequest,
  { flamingock, options, out }: Invocation<ImportOptions>,
): Promise<ExitCode> {
  if (options.dryRun === true) {
    const preview = await flamingock.adoption.previewImport(request);
    out.result(preview, () => describePreview(preview, out));
    return preview.faults.length > 0 ? ExitCode.FAILED : ExitCode.DONE;
  }
  await noteHolder(flamingock, out);
  const result = await interruptibly(
    flamingock,
    (text) => out.note(text),
    () => flamingock.adoption.import(request, contextOf(options, out)),
  );
  out.result(result, () => describe(result, out));
  return ExitCode.DONE;
}

async function takeBack({ flamingock, options, out }: Invocation<ImportOptions>): Promise<ExitCode> {
  await noteHolder(flamingock, out);
  const result = await interruptibly(
    flamingock,
    (text) => out.note(text),
    () => flamingock.adoption.undoImport(contextOf(options, out)),
  );
  const what = result.tool === 'baseline' ? 'the baseline' : `the import from ${oneLine(result.tool)}`;
  out.result(result, () =>
    [
      `${out.palette.green('✔')} Took back ${what}: ${entries(result.changeIds.length)}. The databases are as they were.`,
      out.palette.yellow('! Changes of the code among them are pending again: the next start executes them.'),
    ].join('\n'),
  );
  return ExitCode.DONE;
}

function describe(result: ImportResult, out: Output): string {
  const { tool, place, migrations, known, pending, head } = result;
  const from = `${oneLine(tool)}, ${oneLine(place)}`;
  const matched = migrations.filter(({ kind }) => kind === 'change').length;
  const lines =
    migrations.length === 0
      ? [`${out.palette.green('✔')} Nothing is left to import from ${from}: ${entries(known)} before.`]
      : [
          `${out.palette.green('✔')} Recorded ${entries(migrations.length)} from ${from}.`,
          `  ${matched} of changes in the code, ${migrations.length - matched} of migrations that are none.`,
        ];
  return [...lines, ...describePending(pending), ...(head ? [`  Head ${head.seq}:${head.hash}`] : [])].join(
    '\n',
  );
}

function describePreview(preview: ImportPreview, out: Output): string {
  const { tool, targetSystem, place, migrations, known, pending, faults } = preview;
  const columns: Column<ImportedMigration>[] = [
    { title: 'Migration', value: ({ name }) => name, keep: true },
    {
      title: 'Recorded as',
      value: ({ kind, changeId }) => (kind === 'change' ? `change ${changeId}` : 'legacy'),
    },
    { title: 'Applied', value: ({ appliedAt }) => appliedAt },
  ];
  const rest = migrations.length - SHOWN;
  const header = `${tool}, ${place}, on target system "${targetSystem}"`;
  return [
    out.palette.bold(oneLine(`${header}: ${entries(migrations.length)} to record, ${known} before`)),
    ...(migrations.length > 0 ? ['', out.table(migrations.slice(0, SHOWN), columns)] : []),
    ...(rest > 0 ? [`  … and ${rest} more; --json has all`] : []),
    ...describePending(pending),
    ...(faults.length > 0 ? ['', out.palette.red('Nothing can be recorded:')] : []),
    ...faults.map((fault) => out.palette.red(`  - ${oneLine(fault)}`)),
  ].join('\n');
}

function describePending(pending: readonly string[]): string[] {
  return pending.length > 0
    ? [`  Not applied by it, so the next start executes: ${oneLine(pending.join(', '))}`]
    : [];
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}
