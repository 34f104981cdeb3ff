import type { ChainEnd } from '../audit/chain.js';
import type { SubjectFact } from '../audit/audit-journal.js';
import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import { writeMetadata } from '../audit/entry-metadata.js';
import { fingerprinted } from '../change/fingerprint.js';
import { isName, A_NAME } from '../change/names.js';
import { shown } from '../errors/option-names.js';
import { subjectOf, txStrategyOf } from '../executor/change-executor.js';
import { ImportRefusedError } from '../plan/import.errors.js';
import type { Engine } from '../run/engine.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import type { ForeignHistory } from '../target-system/foreign-history.js';
import type { TargetSystem } from '../target-system/target-system.js';
import { exclusively } from './exclusively.js';
import { importFaults } from './import-faults.js';
import { planImport, type ImportItem } from './import-plan.js';
import { legacySubject } from './import-subjects.js';
import { operatorMetadata, operatorOf, type Operation } from './operation-context.js';
import { InvalidRequestError, type RequestFault } from './operation.errors.js';

/** Which history of another tool is imported. */
export interface ImportRequest {
  /** The tool, as the target system calls it: `typeorm`, `flyway`. */
  readonly tool: string;
  /**
   * The target system whose migrations it has applied.
   *
   * @default the only one that reads histories of this tool
   */
  readonly targetSystem?: string | undefined;
  /**
   * Name of its table or collection.
   *
   * @default the tool's own
   */
  readonly table?: string | undefined;
  /**
   * The schema of that table, where the database has schemas.
   *
   * @default where the target system's connection finds it
   */
  readonly schema?: string | undefined;
}

/** One migration of another tool, as our history has it. */
export interface ImportedMigration {
  /** The change that replaces it; of one that none replaces, its name and the target system. */
  readonly changeId: string;
  /** What the other tool calls it. */
  readonly name: string;
  /** `change`: a change of the code replaces it. `legacy`: none does. */
  readonly kind: 'change' | 'legacy';
  /** When it was applied, in that tool's own words. */
  readonly appliedAt?: string;
  readonly checksum?: string;
}

/** What an import would record, and what speaks against it. */
export interface ImportPreview {
  readonly tool: string;
  readonly targetSystem: string;
  /** Where the other tool's history is, in words. */
  readonly place: string;
  /** What would be recorded, in the order in which the other tool has applied it. */
  readonly migrations: readonly ImportedMigration[];
  /** How many migrations are recorded already. */
  readonly known: number;
  /** Ids of changes that replace a migration which is not applied: the next run executes them. */
  readonly pending: readonly string[];
  /** Why nothing may be recorded, a sentence each. */
  readonly faults: readonly string[];
}

/** What an import has recorded; `migrations` is empty where nothing was left to import. */
export interface ImportResult extends Omit<ImportPreview, 'faults'> {
  /** Where our history ends. */
  readonly head: ChainEnd | undefined;
}

/**
 * Tells what an import would record, and everything that speaks against it. Takes no lock and writes nothing.
 *
 * @throws InvalidRequestError for a tool that no target system reads.
 */
export async function previewImport(engine: Engine, request: ImportRequest): Promise<ImportPreview> {
  const snapshot = await readSnapshot(engine.store, engine.pipeline.service);
  return (await look(engine, request, snapshot)).preview;
}

/**
 * Records the migrations that another tool has applied, all at once: none where anything speaks against it. What is
 * recorded already is left as it is, so that a second import adds only what was applied since.
 *
 * @throws InvalidRequestError for a tool that no target system reads; ImportRefusedError with every reason;
 * LockTimeoutError with who holds the lock.
 */
export async function importHistory(
  engine: Engine,
  request: ImportRequest,
  operation: Operation,
): Promise<ImportResult> {
  const { store, pipeline } = engine;
  // Before the lock: a refusal must not create anything.
  const before = await look(engine, request, await readSnapshot(store, pipeline.service));
  assertSound(before.preview);
  if (before.items.length === 0) return { ...resultOf(before.preview), head: await endOf(engine) };
  const result = await exclusively(engine, operation, (session) =>
    record(engine, request, operation, session),
  );
  const { tool, migrations } = result;
  const event = { service: pipeline.service, tool, recorded: migrations.length, ...operatorOf(operation) };
  if (migrations.length > 0) engine.events.publish('import.recorded', event);
  return result;
}

async function record(
  engine: Engine,
  request: ImportRequest,
  operation: Operation,
  { journal, snapshot }: ExclusiveSession,
): Promise<ImportResult> {
  const { preview, items, target } = await look(engine, request, snapshot);
  assertSound(preview);
  const at = journal.now();
  const operator = operatorMetadata(operation);
  const facts = items.map(({ change, facts, changeId }): SubjectFact => {
    const subject = change
      ? subjectOf(change, txStrategyOf(change, engine.store))
      : legacySubject(changeId, target.id);
    const metadata = { ...operator, ...writeMetadata(facts), ...fingerprinted(change?.source) };
    return { subject, fact: { state: 'EXECUTED', operation: 'IMPORT', at, metadata } };
  });
  if (facts.length > 0) await journal.appendAll(facts);
  return { ...resultOf(preview), head: journal.head };
}

interface Look {
  readonly preview: ImportPreview;
  readonly items: readonly ImportItem[];
  readonly target: TargetSystem;
}

async function look(engine: Engine, request: ImportRequest, snapshot: AuditSnapshot): Promise<Look> {
  const { target, read } = sourceOf(engine, request);
  const history = await read();
  const changes = engine.pipeline.stages
    .flatMap((stage) => stage.changes)
    .filter((change) => change.target.id === target.id);
  const input = { tool: request.tool, targetSystem: target.id, changes, snapshot, history };
  const { items, known } = planImport(input);
  const applied = new Set(history.migrations.map(({ name }) => name));
  const isPending = (name: string): boolean => !applied.has(name);
  const preview = {
    tool: request.tool,
    targetSystem: target.id,
    place: history.place,
    migrations: items.map(migrationOf),
    known,
    pending: changes
      .filter(({ id, replaces }) => replaces?.every(isPending) === true && !snapshot.has(id))
      .map(({ id }) => id),
    faults: importFaults(input, items),
  };
  return { preview, items, target };
}

/** @throws InvalidRequestError */
function sourceOf(
  { targets }: Engine,
  { tool, targetSystem, table, schema }: ImportRequest,
): { target: TargetSystem; read: () => Promise<ForeignHistory> } {
  const names = { targetSystem, table, schema };
  const faults: RequestFault[] = Object.entries(names)
    .filter(([, value]) => value !== undefined && !isName(value))
    .map(([field, value]) => ({ field, problem: `must be ${A_NAME}, not ${shown(value)}` }));
  const readers = targets.filter(({ foreign }) => foreign?.tools.includes(tool));
  const fitting = readers.filter(({ id }) => targetSystem === undefined || id === targetSystem);
  const [target, other] = fitting;
  if (readers.length === 0) faults.push({ field: 'tool', problem: unread(tool, targets) });
  else if (!target || other) {
    const ids = readers.map(({ id }) => JSON.stringify(id)).join(', ');
    faults.push({ field: 'targetSystem', problem: `must be one of ${ids}, which read histories of ${tool}` });
  }
  const foreign = target?.foreign;
  if (faults.length > 0 || !foreign) throw new InvalidRequestError(faults);
  return { target, read: () => foreign.read({ tool, table, schema }) };
}

function unread(tool: string, targets: readonly TargetSystem[]): string {
  const readable = targets.flatMap(({ id, foreign }) =>
    foreign ? [`"${id}" reads ${foreign.tools.join(', ')}`] : [],
  );
  const told = readable.length > 0 ? readable.join('; ') : 'none reads any';
  return `names ${JSON.stringify(tool)}, whose history no target system reads: ${told}`;
}

function migrationOf({ changeId, name, change, facts }: ImportItem): ImportedMigration {
  const { appliedAt, checksum } = facts;
  return {
    changeId,
    name,
    kind: change ? 'change' : 'legacy',
    ...(appliedAt !== undefined && { appliedAt }),
    ...(checksum !== undefined && { checksum }),
  };
}

function assertSound({ tool, place, faults }: ImportPreview): void {
  if (faults.length > 0) throw new ImportRefusedError(tool, place, faults);
}

function resultOf({ faults: _none, ...told }: ImportPreview): Omit<ImportPreview, 'faults'> {
  return told;
}

async function endOf({ store, pipeline }: Engine): Promise<ChainEnd | undefined> {
  const head = await store.readHead(pipeline.service);
  return head && { seq: head.seq, hash: head.hash };
}
