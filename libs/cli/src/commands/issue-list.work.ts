import type { IssueSummary } from '@nestjs-flamingock/core';
import { issueCommand } from '@nestjs-flamingock/core/adapter';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { colourState } from '../output/state-colour.js';
import type { Column } from '../output/table.js';
import type { Work } from './command-runner.js';

export interface IssueListOptions {
  readonly exitCode?: boolean;
}

/** What `flamingock issue list` does. */
export const work: Work<IssueListOptions> = async ({ flamingock, options, out }) => {
  const issues = await flamingock.issues.list();
  out.result({ issues }, () => describeIssues(issues, out));
  return options.exitCode === true && issues.length > 0 ? ExitCode.ATTENTION : ExitCode.DONE;
};

function describeIssues(issues: readonly IssueSummary[], out: Output): string {
  const [first] = issues;
  if (!first) return out.palette.green('No issues found');
  const columns: Column<IssueSummary>[] = [
    { title: 'Change ID', value: ({ changeId }) => changeId, keep: true },
    {
      title: 'State',
      value: ({ state }) => state,
      keep: true,
      colour: (text, { state }) => colourState(state, out.palette)(text),
    },
    { title: 'Error', value: ({ error }) => error ?? '–' },
    { title: 'Target', value: ({ targetSystem }) => targetSystem, keep: true },
  ];
  return [
    out.palette.bold(out.palette.red(`ISSUES FOUND (${issues.length})`)),
    '',
    out.table(issues, columns),
    '',
    `What to do: ${issueCommand(first.changeId)}`,
  ].join('\n');
}
