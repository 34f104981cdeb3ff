import { NoIssueError, type Diagnosis, type IssueDetail, type Saying } from '@nestjs-flamingock/core';
import {
  describeProgress,
  describeSteps,
  describeTargetFacts,
  issueCommand,
} from '@nestjs-flamingock/core/adapter';
import { ExitCode } from '../exit-code.js';
import { entryTable } from '../output/entry-table.js';
import { facts, type Output } from '../output/output.js';
import { manyLines, oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';

export interface IssueGetOptions {
  readonly change?: string;
  readonly guidance?: boolean;
}

/** What `flamingock issue get` does. */
export const work: Work<IssueGetOptions> = async ({ flamingock, options, out }) => {
  const issue = await flamingock.issues.get(options.change).catch((error: unknown) => {
    if (error instanceof NoIssueError && options.change === undefined) return null;
    throw error;
  });
  out.result({ issue }, () => (issue ? describe(issue, options, out) : out.palette.green('No issues found')));
  return ExitCode.DONE;
};

function describe(issue: IssueDetail, { guidance = false }: IssueGetOptions, out: Output): string {
  const { bold, red } = out.palette;
  return [
    bold(red(oneLine(`ISSUE: ${issue.changeId}`))),
    facts([...factsOf(issue), ...workOn(issue)], out.palette),
    '',
    bold('History'),
    entryTable(issue.history, out),
    '',
    ...(guidance ? [bold('What to do'), steps(issue.guidance)] : [hint(issue)]),
  ].join('\n');
}

function factsOf(issue: IssueDetail): [string, string | null | undefined][] {
  return [
    ['state', `${issue.state}, of operation ${issue.operation}`],
    ['why', issue.reason],
    ['error', issue.error],
    ...diagnosisFacts(issue.diagnosis),
    ['recorded', `${issue.recordedAt} by ${issue.host}`],
    ['target', issue.targetSystem],
    ['strategy', `${issue.txStrategy}, ${issue.recoveryStrategy}`],
    ['rollback', rollback(issue)],
    ['steps', issue.steps ? describeSteps(issue.steps) : null],
    ['change', `${issue.className} in stage ${issue.stage}, by ${issue.author}`],
    ['code', issue.inCode ? null : 'does not have the change any more'],
  ];
}

function workOn({ work }: IssueDetail): [string, string | null][] {
  const { acknowledged, assignee, snoozedUntil, proposal, comments } = work;
  const names = (sayings: readonly Saying[]): string => sayings.map(({ by }) => by).join(', ') || 'nobody';
  return [
    ['seen', acknowledged ? `by ${acknowledged.by} at ${acknowledged.at}` : null],
    ['assigned', assignee ?? null],
    ['snoozed', snoozedUntil === undefined ? null : `until ${snoozedUntil}`],
    [
      'proposed',
      proposal
        ? `${proposal.resolution} by ${proposal.by} at ${proposal.at}: ${proposal.reason ?? ''}`
        : null,
    ],
    ['approved', proposal ? `by ${names(proposal.approvedBy)}` : null],
    ['rejected', proposal && proposal.rejectedBy.length > 0 ? `by ${names(proposal.rejectedBy)}` : null],
    ...comments.map(({ by, at, reason }): [string, string] => ['comment', `${by} at ${at}: ${reason ?? ''}`]),
  ];
}

/** What was recorded of the failure besides its text; nothing where nothing was. */
function diagnosisFacts(diagnosis: Diagnosis = {}): [string, string | undefined][] {
  const { errorClass, step, progress, serverVersion, applicationVersion, revision, nodeVersion, pid, pod } =
    diagnosis;
  return [
    ['thrown', errorClass],
    ['facts', describeTargetFacts(diagnosis)],
    ['statement', diagnosis.statement],
    ['step', step],
    ['progress', progress && describeProgress(progress, 0)],
    ['server', serverVersion],
    ['version', joined([applicationVersion, revision && `revision ${revision}`])],
    ['process', joined([pid && `pid ${pid}`, pod && `pod ${pod}`, nodeVersion && `Node ${nodeVersion}`])],
  ];
}

function joined(parts: readonly (string | number | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(', ');
}

function rollback({ hasRollback, rollbackRan }: IssueDetail): string {
  if (rollbackRan) return 'its rollback method ran';
  return hasRollback ? 'has a rollback method, which did not run' : 'has no rollback method';
}

function steps(guidance: readonly string[]): string {
  return guidance
    .map((step, index) => `  ${index + 1}. ${manyLines(step).replaceAll('\n', '\n     ')}`)
    .join('\n');
}

function hint({ changeId }: IssueDetail): string {
  return `What to do: ${issueCommand(changeId)}`;
}
