import type { AuditEntry } from '../audit/audit-entry.js';
import type { SubjectFact } from '../audit/audit-journal.js';
import { isApplied } from '../audit/audit-state.js';
import { importedFrom, importFactsOf } from '../audit/legacy.js';
import { cliCommand } from '../errors/commands.js';
import { ImportUndoRefusedError } from '../plan/import.errors.js';
import type { Engine } from '../run/engine.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { exclusively } from './exclusively.js';
import { operatorMetadata, operatorOf, type Operation } from './operation-context.js';

/** What was taken back. */
export interface ImportUndoResult {
  /** The tool whose history had been imported; `baseline` where none had. */
  readonly tool: string;
  /** Ids of the entries' changes, in the order in which they were recorded. */
  readonly changeIds: readonly string[];
}

/**
 * Takes back what the last import or baseline has recorded, as long as nothing else was since. No entry is removed: one
 * more for each says that it does not hold. The target system is not touched.
 *
 * @throws ImportUndoRefusedError; LockTimeoutError with who holds the lock.
 */
export async function undoImport(engine: Engine, operation: Operation): Promise<ImportUndoResult> {
  const result = await exclusively(engine, operation, (session) => takeBack(engine, operation, session));
  const { service } = engine.pipeline;
  const { tool, changeIds } = result;
  const event = { service, tool, recorded: changeIds.length, ...operatorOf(operation) };
  engine.events.publish('import.undone', event);
  return result;
}

async function takeBack(
  { store, pipeline }: Engine,
  operation: Operation,
  { journal }: ExclusiveSession,
): Promise<ImportUndoResult> {
  const entries: AuditEntry[] = [];
  for await (const entry of store.readHistory(pipeline.service, { order: 'newest-first' })) {
    const [newest = entry] = entries;
    if (entry.executionId !== newest.executionId || !isImport(entry)) {
      if (entries.length === 0) throw refusal(pipeline.service, entry);
      break;
    }
    entries.push(entry);
  }
  entries.reverse();
  const [first] = entries;
  if (!first) throw refusal(pipeline.service, undefined);
  const operator = operatorMetadata(operation);
  const at = journal.now();
  const facts = entries.map((entry): SubjectFact => {
    const metadata = { ...operator, ...importedFrom(entry) };
    return {
      subject: entry,
      fact: { state: 'MANUAL_MARKED_AS_ROLLED_BACK', operation: 'IMPORT', at, metadata },
    };
  });
  await journal.appendAll(facts);
  return { tool: importFactsOf(first).tool ?? '', changeIds: entries.map(({ changeId }) => changeId) };
}

function isImport(entry: AuditEntry): boolean {
  return importFactsOf(entry).tool !== undefined && isApplied(entry.state);
}

function refusal(service: string, newest: AuditEntry | undefined): ImportUndoRefusedError {
  const list = `See what is recorded: ${cliCommand('audit list --history')}`;
  if (!newest) return new ImportUndoRefusedError(service, `it has no history. ${list}`);
  const { seq, changeId, state, operation } = newest;
  const last = `the last entry, ${seq}, says ${state} of "${changeId}" (${operation})`;
  const isTaken = importFactsOf(newest).tool !== undefined;
  const why = isTaken
    ? `the last import was taken back before: ${last}.`
    : `something else was recorded since: ${last}. Revert what has run since with \`${cliCommand('undo -c ID --reason "…"')}\`; ` +
      'what was imported stays.';
  return new ImportUndoRefusedError(service, `${why} ${list}`);
}
