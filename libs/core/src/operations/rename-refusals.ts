import { entryFault, type AuditSnapshot } from '../audit/audit-snapshot.js';
import { isSettledState } from '../audit/audit-state.js';
import { changesOf, renamingOf } from '../audit/renaming.js';
import { nameOption } from '../plan/rename.errors.js';
import { cliCommand, issueCommand, renameCommand } from '../errors/commands.js';

/** The names of a service, and what is recorded under each. */
export interface RenamedHistories {
  readonly from: string;
  readonly to: string;
  /** The history under the present name. */
  readonly source: AuditSnapshot;
  /** The history under the new name. */
  readonly copy: AuditSnapshot;
  /** A change that a holder is at work on: the renaming waits for its end. */
  readonly atWork?: string | undefined;
}

/** Everything that speaks against it, in sentences; nothing where the service may be renamed. */
export function renameRefusals(histories: RenamedHistories): string[] {
  const { from, to } = histories;
  if (from === to) return ['Both names are the same. Name the present one first, then the new one.'];
  return [...sourceRefusals(histories), ...copyRefusals(histories)];
}

function sourceRefusals({ from, to, source, atWork }: RenamedHistories): string[] {
  const fault = entryFault(source);
  if (fault !== undefined) {
    return [`The history of "${from}" was altered: ${fault}. See how far: ${cliCommand('audit verify')}`];
  }
  const renaming = renamingOf(source);
  if (renaming?.status === 'closed') {
    if (renaming.to === to) return [];
    return [
      `"${from}" was renamed to "${renaming.to}" before. Rename that one: ${renameCommand(renaming.to, to)}`,
    ];
  }
  if (renaming?.status === 'unfinished') {
    return [
      `"${from}" is the new name of "${renaming.from}", which is not renamed yet. Finish that first: ${renameCommand(renaming.from, from)}`,
    ];
  }
  const changes = changesOf(source);
  if (changes.length === 0) return [`"${from}" has no history in this audit store.`];
  return changes
    .filter(({ changeId, state }) => !isSettledState(state) && changeId !== atWork)
    .map(
      ({ changeId, state }) =>
        `Change "${changeId}" of "${from}" is not settled: its last state is ${state}. Start the application ` +
        `under that name, ${nameOption(from)}, or see there what to do: ${issueCommand(changeId)}`,
    );
}

function copyRefusals({ from, to, source, copy }: RenamedHistories): string[] {
  if (copy.size === 0) return [];
  const renaming = renamingOf(copy);
  if (renaming?.status === 'closed') return [`"${to}" was renamed to "${renaming.to}", and has no more use.`];
  const isCopy = renaming?.from === from;
  if (isCopy && (renaming.status === 'unfinished' || isClosed(source))) return [];
  if (renaming?.status === 'unfinished') return [`"${to}" is the new name of "${renaming.from}".`];
  return [
    `"${to}" has a history of its own, of ${changesOf(copy).length} changes. Choose a name that has none.`,
  ];
}

function isClosed(source: AuditSnapshot): boolean {
  return renamingOf(source)?.status === 'closed';
}
