import { FlamingockError } from '../errors/flamingock.error.js';
import { cliCommand } from '../errors/commands.js';
import type { LostWrites } from './lost-writes.js';

/** Audit store and target system contradict each other, because one of them has lost writes. Lists every such target. */
export class LostWritesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_LOST_WRITES';

  constructor(
    readonly service: string,
    readonly findings: readonly LostWrites[],
  ) {
    super(
      `The audit store of service "${service}" and its target systems do not agree on what was written. ` +
        `No change of these target systems was run.\n${findings.map(line).join('\n')}\n` +
        'Starting again does not help. Compare history and target systems, then record which changes the ' +
        `targets have: ${cliCommand('audit reconcile')}`,
    );
    this.hide('findings');
  }
}

function line({ targetSystem, lostBy, recorded, found, changeIds }: LostWrites): string {
  if (changeIds.length > 0) {
    const ids = changeIds.map((id) => JSON.stringify(id)).join(', ');
    return lostBy === 'audit-store'
      ? `  - Target system "${targetSystem}" proves that ${ids} ended there, of which history knows nothing: the audit store was restored or failed over.`
      : `  - Target system "${targetSystem}" has no proof any more of ${ids}, which history says ended there: the target was restored or failed over.`;
  }
  if (lostBy === 'audit-store')
    return (
      `  - Target system "${targetSystem}" was claimed with token ${found}, which the audit store has not ` +
      'given to any holder that it knows: the audit store was restored, failed over or begun ' +
      'anew, or another application uses this service name on the same target.'
    );
  const claim = found === 0 ? 'has no record of any claim' : `knows no claim after token ${found}`;
  return (
    `  - Target system "${targetSystem}" ${claim}, though history records one with token ${recorded}: ` +
    'the target was restored, failed over, emptied or replaced, or is asked under another name (database, prefix, topic).'
  );
}
