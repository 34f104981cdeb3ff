import type { PlanItem, PlanReport, PlaybookOutlook } from '@nestjs-flamingock/core';
import { cliCommand } from '@nestjs-flamingock/core/adapter';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import { colourAction } from '../output/state-colour.js';
import type { Column } from '../output/table.js';
import type { Work } from './command-runner.js';

export interface PlanOptions {
  readonly exitCode?: boolean;
}

/** What `flamingock plan` does. */
export const work: Work<PlanOptions> = async ({ flamingock, options, out }) => {
  const report = await flamingock.plan();
  out.result(report, () => describePlan(report, out));
  const isSettled = report.changes.every(({ action }) => action === 'SKIP');
  return options.exitCode === true && !isSettled ? ExitCode.ATTENTION : ExitCode.DONE;
};

function describePlan(report: PlanReport, out: Output): string {
  const { service, changes, outOfOrder, renamed, edited, unknown, legacy, unfinished, obstacles } = report;
  const columns: Column<PlanItem>[] = [
    { title: 'Stage', value: ({ stage }) => stage, keep: true },
    { title: 'Order', value: ({ order }) => order, keep: true },
    { title: 'Change ID', value: ({ changeId }) => changeId, keep: true },
    {
      title: 'Action',
      value: ({ action }) => action,
      keep: true,
      colour: (text, { action }) => colourAction(action, out.palette)(text),
    },
    { title: 'Reason', value: ({ reason }) => reason },
  ];
  const warnings = [
    ...changes.flatMap(({ changeId, playbook }) => (playbook ? [playbookLine(changeId, playbook)] : [])),
    ...outOfOrder.map((id) => `"${id}" is pending and comes before a change that is applied.`),
    ...renamed.map(
      ({ changeId, formerId, shared }) =>
        `"${changeId}" is pending and has ${shared} of "${formerId}", which is applied and no longer in the code: it was probably renamed.`,
    ),
    ...edited.map(
      ({ changeId, differences }) =>
        `"${changeId}" was edited since it was applied: ${differences.join('; ')}.`,
    ),
    ...unknown.map((id) => `"${id}" is applied, and the code does not have it any more.`),
    ...unfinished.map(
      (id) =>
        `"${id}" is neither applied nor rolled back, and the code does not have it any more: ${cliCommand('issue list')}`,
    ),
    ...obstacles.map(({ targetSystem, why }) => `Target system "${targetSystem}": ${why}`),
  ];
  return [
    out.palette.bold(oneLine(`Service "${service}": ${count(changes)}`)),
    ...(legacy.length > 0 ? [`  ${legacy.length} imported, of another tool and not in the code`] : []),
    ...(changes.length === 0 ? [] : ['', out.table(changes, columns)]),
    ...(warnings.length === 0
      ? []
      : ['', ...warnings.map((warning) => out.palette.yellow(`! ${oneLine(warning)}`))]),
  ].join('\n');
}

function playbookLine(changeId: string, { name, then, refusal }: PlaybookOutlook): string {
  const subject = `"${changeId}" needs a manual check, and playbook "${name}" is for it`;
  return refusal === undefined
    ? `${subject}: the next start does what "${then}" says.`
    : `${subject}, but does not act: ${refusal}.`;
}

function count(changes: readonly PlanItem[]): string {
  const blocked = changes.filter(({ action }) => action === 'MANUAL_INTERVENTION').length;
  const pending = changes.filter(({ action }) => action === 'EXECUTE' || action === 'RECONCILE').length;
  const waiting = changes.filter(({ action }) => action === 'WAIT').length;
  const applied = changes.length - blocked - pending - waiting;
  const parts = [
    `${pending} pending`,
    `${applied} applied`,
    ...(waiting > 0 ? [`${waiting} not to be executed yet`] : []),
    ...(blocked > 0 ? [`${blocked} need a manual check`] : []),
  ];
  return changes.length === 0 ? 'no changes' : parts.join(', ');
}
