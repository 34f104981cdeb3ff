import type { DecisionRecord, IssueDecisionKind, ProposedResolution } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';
import { contextOf, type OperatorOptions } from './operator.js';

export interface IssueDecideOptions extends OperatorOptions {
  readonly change: string;
  /** Of `assign`. */
  readonly to?: string;
  /** Of `snooze`. */
  readonly until?: string;
  /** Of `propose`. */
  readonly resolution?: ProposedResolution;
}

/** What the commands do that say something about an issue. */
export function workFor(kind: IssueDecisionKind): Work<IssueDecideOptions> {
  return async ({ flamingock, options, out }) => {
    const { change: changeId, to: assignee, until, resolution } = options;
    const said = {
      ...(assignee !== undefined && { assignee }),
      ...(until !== undefined && { until }),
      ...(resolution !== undefined && { resolution }),
    };
    const decision = await flamingock.issues.decide({ kind, changeId, ...said }, contextOf(options, out));
    out.result(decision, () => describe(decision, out));
    return ExitCode.DONE;
  };
}

function describe({ kind, changeId, seq, actorName, details }: DecisionRecord, { palette }: Output): string {
  const what = Object.values(details).filter((text) => text !== '');
  const told = [kind, ...what].join(' ');
  return oneLine(`${palette.green('✔')} Decision ${seq} about "${changeId}" by ${actorName}: ${told}.`);
}
