import type { AuditEntry } from '../audit/audit-entry.js';
import { errorText } from '../errors/error-text.js';
import { maskSecrets } from '../errors/mask-secrets.js';
import { diagnosisOf, type Diagnosis } from '../recovery/diagnosis.js';
import type { Engine } from '../run/engine.js';
import type { EngineSettings } from '../run/engine-settings.js';
import { timeOfDay } from '../runtime/node-runtime.js';
import type { ProcessFacts } from '../runtime/runtime.js';
import { serverVersionOf } from '../target-system/server-version.js';
import { isTransactional } from '../target-system/target-system.js';
import { VERSION } from '../version.js';
import { auditExport } from './audit-export.js';
import { issueGet, type IssueDetail } from './issues.js';
import type { LockStatus } from './lock.js';
import { plan, type PlanReport } from './plan.js';
import { status, type LastRun } from './status.js';

/** How many entries before, and how many after the last one of a change are in its bundle. */
const AROUND = 20;

/** A target system of the application, as a bundle tells of it. */
export interface BundledTarget {
  readonly id: string;
  readonly transactional: boolean;
  /** What it is as OpenTelemetry names it. */
  readonly databaseSystem?: string;
  /** Version of its server; absent where it did not say, or is away. */
  readonly serverVersion?: string;
}

/** All that is known about an issue, in one document for a ticket. Secrets are masked; values of changes were never recorded. */
export interface IssueBundle {
  /** Of the form of this document. */
  readonly format: 1;
  readonly service: string;
  /** When it was made, by the clock of this machine: ISO 8601, UTC. */
  readonly madeAt: string;
  /** The issue with its guidance, its diagnosis and the whole history of its change. */
  readonly issue: IssueDetail;
  /** What is known of each failure of the change, the oldest first. */
  readonly failures: readonly (Pick<AuditEntry, 'seq' | 'state' | 'operation' | 'createdAt'> & {
    readonly diagnosis: Diagnosis;
  })[];
  /** Entries of all changes around the last one of the issue: up to twenty before and after it, the oldest first. */
  readonly around: readonly AuditEntry[];
  /** What the last run that recorded anything has left. */
  readonly lastRun?: LastRun;
  /** What the next run would do, or why nobody can say. */
  readonly plan: PlanReport | { readonly error: string };
  readonly lock: LockStatus;
  /** End of the history. */
  readonly head?: { readonly seq: number; readonly hash: string };
  readonly targetSystems: readonly BundledTarget[];
  /** What made this document; the versions that met a failure are in its diagnosis. */
  readonly madeBy: ProcessFacts & { readonly library: string; readonly host: string };
  readonly settings: EngineSettings;
}

/**
 * Collects all that is known about the issue of `changeId`, or about the first. Takes no lock and writes nothing.
 *
 * @throws UnknownChangeError, NoIssueError
 */
export async function issueBundle(engine: Engine, changeId?: string): Promise<IssueBundle> {
  const { pipeline, runtime } = engine;
  const issue = await issueGet(engine, changeId);
  const { head, lock, lastRun } = await status(engine);
  const bundle: IssueBundle = {
    format: 1,
    service: pipeline.service,
    madeAt: new Date(timeOfDay()).toISOString(),
    issue,
    failures: issue.history.flatMap((entry) => failureIn(entry)),
    around: await around(engine, issue.history.at(-1)?.seq ?? 0),
    ...(lastRun && { lastRun }),
    plan: await plan(engine).catch((error: unknown) => ({ error: errorText(error) })),
    lock,
    ...(head && { head }),
    targetSystems: await Promise.all(engine.targets.map((target) => bundled(engine, target))),
    madeBy: { library: VERSION, host: runtime.host, ...runtime.processFacts?.() },
    settings: settingsOf(engine.settings),
  };
  return masked(bundle) as IssueBundle;
}

function failureIn(entry: AuditEntry): IssueBundle['failures'] {
  const diagnosis = diagnosisOf(entry);
  const { seq, state, operation, createdAt } = entry;
  return diagnosis ? [{ seq, state, operation, createdAt, diagnosis }] : [];
}

async function around(engine: Engine, seq: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  const query = { after: Math.max(seq - AROUND - 1, 0), before: seq + AROUND + 1 };
  for await (const entry of auditExport(engine, query)) entries.push(entry);
  return entries;
}

async function bundled({ runtime }: Engine, target: Engine['targets'][number]): Promise<BundledTarget> {
  const { id, databaseSystem } = target;
  const serverVersion = await serverVersionOf(target, runtime);
  return {
    id,
    transactional: isTransactional(target),
    ...(databaseSystem !== undefined && { databaseSystem }),
    ...(serverVersion !== undefined && { serverVersion }),
  };
}

/** Those of the engine, and not what else an application has put beside them. Nor its directory of people, and who signs. */
function settingsOf(settings: EngineSettings): EngineSettings {
  const { commit, onIssue, outOfOrder, renamedChanges, editedChanges, driftAt, development } = settings;
  const { tests, retry, backOff, circuit, resolution, resolutions, diagnosis, lock, timeouts } = settings;
  const policies = { commit, onIssue, outOfOrder, renamedChanges, editedChanges, driftAt, development };
  const approvals = { ...settings.approvals, directory: undefined };
  const evidence = undefined;
  return {
    ...policies,
    evidence,
    tests,
    retry,
    backOff,
    circuit,
    approvals,
    resolution,
    resolutions,
    diagnosis,
    lock,
    timeouts,
  };
}

/** Every text of a document with secrets masked. Numbers, such as tokens of the lock, are none. */
function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, masked(one)]));
}
