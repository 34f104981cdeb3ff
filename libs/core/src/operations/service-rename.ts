import { appliedOrder } from '../audit/applied-order.js';
import type { AuditEntry, AuditRecord } from '../audit/audit-entry.js';
import type { ChainEnd } from '../audit/chain.js';
import type { AuditJournal, AuditFact, SubjectFact } from '../audit/audit-journal.js';
import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { AuditState } from '../audit/audit-state.js';
import { readMetadata, writeMetadata, type EntryMetadata } from '../audit/entry-metadata.js';
import { standingFor, standsFor } from '../audit/imported.js';
import { importedFrom } from '../audit/legacy.js';
import { changesOf, RENAME_ID, RENAME_SUBJECT, renamingOf } from '../audit/renaming.js';
import { fingerprintOf } from '../change/fingerprint.js';
import { serviceNameFault } from '../change/names.js';
import { separateTargets } from '../executor/separate-targets.js';
import { TargetClaims } from '../executor/target-claims.js';
import type { Engine } from '../run/engine.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { RenameRefusedError } from '../plan/rename.errors.js';
import { claimedBy, claimOf } from '../recovery/lost-writes.js';
import { observe } from './at-work.js';
import { auditExport } from './audit-export.js';
import { exclusively } from './exclusively.js';
import { operatorMetadata, operatorOf, type Operation } from './operation-context.js';
import { InvalidRequestError } from './operation.errors.js';
import { renameRefusals, type RenamedHistories } from './rename-refusals.js';

/** Which service gets which name. Neither need be the name that the application has now. */
export interface ServiceRenameRequest {
  /** The name under which its history is kept. */
  readonly from: string;
  /** The name under which it goes on. There must be no history under it. */
  readonly to: string;
}

/** What a rename has come to. */
export interface ServiceRename {
  readonly from: string;
  readonly to: string;
  /** How many changes the history has. */
  readonly changes: number;
  /** How many entries this call has recorded; 0 where the service had that name before. */
  readonly recorded: number;
  /** Where the history under the new name ends. */
  readonly head: ChainEnd;
}

/** Most entries of one append: a store may keep them in one statement or one document until they are in place. */
const BATCH = 200;

/**
 * Gives a service another name. Its history goes on under that name, from one entry for the last one of each
 * change; under the present name it is closed. No entry is rewritten. What is cut off before its end is
 * finished by the same call.
 *
 * Nothing runs under either name meanwhile. The order of what is recorded keeps it so after a crash: the new
 * name is taken, then the present one is closed, then the changes are copied; until they all are, nothing runs
 * under the new name.
 *
 * @throws InvalidRequestError for what cannot be a name; RenameRefusedError with every reason, before anything is
 * recorded; LostWritesError; TargetSystemUnavailableError; LockTimeoutError with who holds a lock; AuditTamperedError.
 */
export async function serviceRename(
  engine: Engine,
  request: ServiceRenameRequest,
  operation: Operation,
): Promise<ServiceRename> {
  const { from, to } = request;
  assertNames({ from, to });
  await refuseBefore(engine, request);
  // Always in the same order: two that rename in opposite directions would wait for each other.
  const [first = from, second = to] = [from, to].sort();
  const lockRequest = { ...operation, renaming: true };
  return exclusively(under(engine, first), lockRequest, (one) =>
    exclusively(under(engine, second), lockRequest, async (other) => {
      const [source, copy] = first === from ? [one, other] : [other, one];
      const rename = new Rename(engine, request, operatorMetadata(operation), source, copy);
      const renamed = await rename.run();
      const { changes, recorded } = renamed;
      const event = { service: to, from, changes, ...operatorOf(operation) };
      if (recorded > 0) engine.events.publish('service.renamed', event);
      return renamed;
    }),
  );
}

function assertNames(names: Record<'from' | 'to', string>): void {
  const faults = Object.entries(names).flatMap(([field, name]) => {
    const problem = serviceNameFault(name);
    return problem === undefined ? [] : [{ field, problem }];
  });
  if (faults.length > 0) throw new InvalidRequestError(faults);
}

/** Under no lock: a name that is spelled wrongly must not come into being by being locked. */
async function refuseBefore(engine: Engine, { from, to }: ServiceRenameRequest): Promise<void> {
  const { snapshot: source, atWork } = await observe(under(engine, from));
  const copy = await readSnapshot(engine.store, to);
  refuse({ from, to, source, copy, atWork: atWork?.changeId });
}

function refuse(histories: RenamedHistories): void {
  const refusals = renameRefusals(histories);
  if (refusals.length > 0) throw new RenameRefusedError(histories.from, histories.to, refusals);
}

/** The engine for the service of that name in place of the application's own. */
function under(engine: Engine, service: string): Engine {
  return { ...engine, pipeline: { ...engine.pipeline, service } };
}

/** True where a change has run in transactions of that target system; entries recorded since do not matter. */
function hasRunOn(targetSystem: string, snapshot: AuditSnapshot): boolean {
  const entries = changesOf(snapshot).filter((entry) => entry.targetSystem === targetSystem);
  return entries.some(({ txStrategy }) => txStrategy === 'TX_SEPARATE');
}

/** What has begun a copy. */
interface Opening {
  /** Token of the claim of the target systems under the new name. */
  readonly token: number;
  /** Target systems that were claimed under it. */
  readonly claimed: readonly string[];
}

/** One rename, with both locks in hand. */
class Rename {
  private recorded = 0;

  constructor(
    private readonly engine: Engine,
    private readonly request: ServiceRenameRequest,
    private readonly operator: AuditRecord['metadata'],
    private readonly source: ExclusiveSession,
    private readonly copy: ExclusiveSession,
  ) {}

  async run(): Promise<ServiceRename> {
    const { source, copy } = this;
    const { from, to } = this.request;
    refuse({ from, to, source: source.snapshot, copy: copy.snapshot });
    if (renamingOf(copy.snapshot)?.status !== 'finished') await this.finish();
    const changes = changesOf(source.snapshot).length;
    return { from, to, changes, recorded: this.recorded, head: copy.journal.head };
  }

  private async finish(): Promise<void> {
    const { source, copy, request } = this;
    const entries = await this.inOrder();
    const isClosed = renamingOf(source.snapshot)?.status === 'closed';
    const opening = isClosed ? this.opening() : await this.open();
    if (!isClosed) await this.record(source.journal, this.about('EXECUTED', { to: request.to }));
    const missing = entries.filter((entry) => !standsFor(copy.snapshot.get(entry.changeId), entry));
    const { seq, hash } = source.journal.head;
    const end = { from: request.from, seq: String(seq), hash };
    const facts = [...missing.map((entry) => this.copied(entry, opening)), this.about('EXECUTED', end)];
    for (let at = 0; at < facts.length; at += BATCH) {
      await this.record(copy.journal, ...facts.slice(at, at + BATCH));
    }
  }

  /** The last entries, in the order in which the changes were applied, which an undo goes by. */
  private async inOrder(): Promise<AuditEntry[]> {
    const applied = await appliedOrder(auditExport(under(this.engine, this.request.from)));
    const placeOf = ({ changeId, seq }: AuditEntry) => applied.get(changeId) ?? seq;
    return changesOf(this.source.snapshot).sort((a, b) => placeOf(a) - placeOf(b));
  }

  /**
   * Takes the new name. Target systems that keep claims are claimed first: under the present name, which shuts out
   * transactions still open there, and under the new one, so that a later loss of writes is detected there.
   */
  private async open(): Promise<Opening> {
    const { source, copy, request } = this;
    const targets = separateTargets(this.engine);
    const claims = [new TargetClaims(source), new TargetClaims(copy)] as const;
    await claims[0].assertNothingLost(targets);
    const known = targets.filter(({ id }) => hasRunOn(id, source.snapshot));
    for (const target of known) for (const one of claims) await one.claim(target);
    const { token } = copy.lease;
    const claimed = known.map(({ id }) => id);
    const metadata = { from: request.from, ...claimedBy(token), claimed: JSON.stringify(claimed) };
    await this.record(copy.journal, this.about('STARTED', metadata));
    return { token, claimed };
  }

  /** How the copy that goes on was opened. */
  private opening(): Opening {
    const entry = this.copy.snapshot.get(RENAME_ID);
    const { token, claimed = '[]' } = entry ? readMetadata(entry) : {};
    return { token: Number(token ?? 0), claimed: JSON.parse(claimed) as string[] };
  }

  private async record(journal: AuditJournal, ...facts: SubjectFact[]): Promise<void> {
    await journal.appendAll(facts);
    this.recorded += facts.length;
  }

  private about(state: AuditState, metadata: EntryMetadata): SubjectFact {
    return { subject: RENAME_SUBJECT, fact: this.factOf(state, metadata) };
  }

  /** The entry that stands for another one under the new name. Claims have other tokens there. */
  private copied(entry: AuditEntry, { token, claimed }: Opening): SubjectFact {
    const isClaimed = claimOf(entry) > 0 && claimed.includes(entry.targetSystem);
    const origin = { ...standingFor(entry), ...importedFrom(entry) };
    const metadata = { ...origin, ...fingerprintOf(entry), ...(isClaimed && claimedBy(token)) };
    return { subject: entry, fact: this.factOf(entry.state, metadata) };
  }

  private factOf(state: AuditState, metadata: EntryMetadata): AuditFact {
    const at = this.copy.journal.now();
    return { state, operation: 'IMPORT', at, metadata: writeMetadata({ ...this.operator, ...metadata }) };
  }
}
