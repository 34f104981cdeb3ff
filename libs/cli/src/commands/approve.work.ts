import type { ApprovalRequest, DecisionRecord } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';
import { contextOf, type OperatorOptions } from './operator.js';

export interface ApproveOptions extends OperatorOptions {
  readonly change: string;
  readonly digest?: string;
}

/** What `flamingock approve`, `reject` and `withdraw` do. */
export function decideWork(kind: ApprovalRequest['kind']): Work<ApproveOptions> {
  return async ({ flamingock, options, out }) => {
    const { change: changeId, digest } = options;
    const request = { kind, changeId, ...(digest !== undefined && { digest }) };
    return told(await flamingock.approvals.decide(request, contextOf(options, out)), out);
  };
}

/** What `flamingock review` does. */
export const reviewWork: Work<ApproveOptions> = async ({ flamingock, options, out }) =>
  told(await flamingock.approvals.review(options.change, contextOf(options, out)), out);

function told(decision: DecisionRecord, out: Output): ExitCode {
  const { kind, changeId, seq, actorName, about } = decision;
  out.result(decision, () =>
    oneLine(
      `${out.palette.green('✔')} Decision ${seq} about "${changeId}" by ${actorName}: ${kind}, of ${about}.`,
    ),
  );
  return ExitCode.DONE;
}
