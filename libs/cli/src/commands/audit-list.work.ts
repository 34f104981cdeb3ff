import { ExitCode } from '../exit-code.js';
import { entryBlocks, entryTable } from '../output/entry-table.js';
import type { Work } from './command-runner.js';

export interface AuditListOptions {
  readonly history?: boolean;
  readonly since?: string;
  readonly change?: string;
  readonly extended?: boolean;
  readonly limit?: number;
}

/** What `flamingock audit list` does. */
export const work: Work<AuditListOptions> = async ({ flamingock, options, out }) => {
  const { history, since, change, limit } = options;
  const entries = await flamingock.audit.list({
    ...(history !== undefined && { history }),
    ...(since !== undefined && { since }),
    ...(change !== undefined && { changeId: change }),
    ...(limit !== undefined && { limit }),
  });
  const show = options.extended === true ? entryBlocks : entryTable;
  out.result({ entries }, () => (entries.length === 0 ? 'No entries' : show(entries, out)));
  return ExitCode.DONE;
};
