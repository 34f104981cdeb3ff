import { ExitCode } from '../exit-code.js';
import { describeVerdicts } from '../output/verdict-table.js';
import type { Work } from './command-runner.js';

export interface VerifyOptions {
  readonly change?: string;
}

/** What `flamingock verify` does. */
export const work: Work<VerifyOptions> = async ({ flamingock, options: { change }, out }) => {
  const changes = await flamingock.verify(change === undefined ? {} : { changeId: change });
  out.result({ changes }, () =>
    changes.length > 0 ? describeVerdicts(changes, out) : 'No change has a @Verify() method.',
  );
  return ExitCode.DONE;
};
