import type { LastRun, LockStatus, StatusReport } from '@nestjs-flamingock/core';
import { cliCommand, describeActivity, describeHolder, issueCommand } from '@nestjs-flamingock/core/adapter';
import { ExitCode } from '../exit-code.js';
import { facts, type Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Invocation } from './command-runner.js';

export interface StatusOptions {
  readonly exitCode?: boolean;
}

/** Digits of a hash that tell it from others of one service. */
const SHORT = 12;
/** Issues that a screen has room for. */
const SHOWN = 5;

/** What `flamingock status` does. */
export async function work({ flamingock, options, out }: Invocation<StatusOptions>): Promise<ExitCode> {
  const report = await flamingock.status();
  out.result(report, () => describe(report, out));
  const { changes, issues } = report;
  const isQuiet = changes.pending + changes.blocked + issues.length === 0;
  return options.exitCode === true && !isQuiet ? ExitCode.ATTENTION : ExitCode.DONE;
}

function describe(report: StatusReport, { palette }: Output): string {
  const { service, head, lock, activity, lastRun, issues } = report;
  const [first] = issues;
  return [
    palette.bold(oneLine(`Service "${service}"`)),
    facts(
      [
        ['changes', counts(report)],
        ['issues', issuesLine(report)],
        ['waiting', waitingLine(report)],
        ['lock', lockLine(lock)],
        ['at work', activity && describeActivity(activity)],
        ['head', head ? `${head.seq}:${head.hash.slice(0, SHORT)}` : 'nothing was ever recorded'],
        ['last run', lastRun && lastRunLine(lastRun)],
        ['cause', lastRun?.error],
      ],
      palette,
    ),
    ...(first ? ['', palette.red(oneLine(`What to do: ${issueCommand(first.changeId)}`))] : []),
    ...(!first && report.changes.pending > 0 && !lock.held
      ? ['', palette.yellow(`To see them: ${cliCommand('plan')}`)]
      : []),
  ].join('\n');
}

function counts({ changes: { applied, pending, blocked }, isSettled }: StatusReport): string {
  const parts = [`${applied} applied`, `${pending} pending`];
  if (blocked > 0) parts.push(`${blocked} need a manual check`);
  return `${parts.join(', ')}${isSettled ? ' (settled)' : ''}`;
}

function issuesLine({ issues }: StatusReport): string {
  if (issues.length === 0) return 'none';
  const shown = issues.slice(0, SHOWN).map(({ changeId, state }) => `${changeId} (${state})`);
  const rest = issues.length > SHOWN ? [`${issues.length - SHOWN} more`] : [];
  return `${issues.length}: ${[...shown, ...rest].join(', ')}`;
}

function waitingLine({ waiting }: StatusReport): string | undefined {
  if (waiting.length === 0) return undefined;
  const shown = waiting
    .slice(0, SHOWN)
    .map(({ changeId, notBefore }) => `${changeId} (not before ${notBefore})`);
  const rest = waiting.length > SHOWN ? [`${waiting.length - SHOWN} more`] : [];
  return `${waiting.length}: ${[...shown, ...rest].join(', ')}`;
}

function lockLine({ held, record, expiresInMs = 0 }: LockStatus): string {
  if (!held || !record) return 'free';
  const since = new Date(record.acquiredAt).toISOString();
  return `held by ${describeHolder(record)} since ${since}, for ${(expiresInMs / 1000).toFixed(1)} s more unless renewed`;
}

function lastRunLine({ recordedAt, host, changes }: LastRun): string {
  const last = changes.at(-1);
  const others = changes.length > 1 ? `, and ${changes.length - 1} before it` : '';
  const what = last ? `: ${last.changeId} ${last.state} (${last.operation})${others}` : '';
  return `${recordedAt} by ${host}${what}`;
}
