import type { AuditFact, ChangeFacts } from '../audit/audit-journal.js';
import { withoutUndefined } from '../errors/option-names.js';
import { diagnosisMetadata, type Diagnosis } from '../recovery/diagnosis.js';
import type { Activity } from '../reporting/activity.js';
import type { Runtime } from '../runtime/runtime.js';
import { serverVersionOf } from '../target-system/server-version.js';
import { factText, type TargetDiagnosis } from '../target-system/target-diagnosis.js';
import type { TargetSystem } from '../target-system/target-system.js';

/** How many errors inside each other are looked at: they may form a circle. */
const MOST_ERRORS = 20;

/** What failures are diagnosed with. */
export interface DiagnosisSources {
  /** Those of the application. */
  readonly targets: readonly TargetSystem[];
  readonly runtime: Runtime;
  readonly activity: Activity;
  /** Aborts when the run has to come to its end. */
  readonly signal: AbortSignal;
  /** Whether the texts of statements are recorded. */
  readonly statements: boolean;
}

/** Finds out what can be known of the failures of one run. Costs nothing where nothing fails, and never fails itself. */
export class FailureDiagnosis {
  private readonly versions = new Map<string, Promise<string | undefined>>();
  private readonly last = new Map<string, Diagnosis>();

  constructor(private readonly sources: DiagnosisSources) {}

  /** What was found out of the last failure of a change. */
  of(changeId: string): Diagnosis | undefined {
    return this.last.get(changeId);
  }

  /** The facts, those of failures with what is known of them in their metadata. */
  async added<F extends readonly AuditFact[]>(subject: ChangeFacts, facts: F): Promise<F> {
    if (!facts.some(hasFailed)) return facts;
    const diagnosed: AuditFact[] = [];
    for (const fact of facts) diagnosed.push(hasFailed(fact) ? await this.diagnosed(subject, fact) : fact);
    return diagnosed as unknown as F;
  }

  private async diagnosed({ changeId, targetSystem }: ChangeFacts, fact: AuditFact): Promise<AuditFact> {
    const { runtime, targets, activity, statements } = this.sources;
    const target = targets.find(({ id }) => id === targetSystem);
    const { statement, ...found } = factsOf(fact.error, target);
    const { underway } = activity;
    const diagnosis = withoutUndefined({
      errorClass: classOf(fact.error),
      ...found,
      statement: statements ? statement : undefined,
      progress: underway?.changeId === changeId ? underway.progress : undefined,
      serverVersion: target && (await this.versionOf(target)),
      ...runtime.processFacts?.(),
      pid: runtime.pid,
    });
    this.last.set(changeId, diagnosis);
    return { ...fact, metadata: { ...diagnosisMetadata(diagnosis), ...fact.metadata } };
  }

  private async versionOf(target: TargetSystem): Promise<string | undefined> {
    const { signal, runtime } = this.sources;
    if (signal.aborted) return undefined;
    const known = this.versions.get(target.id) ?? serverVersionOf(target, runtime);
    this.versions.set(target.id, known);
    return known;
  }
}

function hasFailed(fact: AuditFact): boolean {
  return fact.error !== undefined;
}

/** What the target system says of the first error that is its own; else the code of the first that has one. */
function factsOf(thrown: unknown, target: TargetSystem | undefined): TargetDiagnosis {
  const errors = errorsIn(thrown);
  for (const error of errors) {
    const said = saidOf(error, target);
    if (Object.keys(said).length > 0) return said;
  }
  const others = errors.filter((error) => !isOurs(error));
  const code = [...others, ...errors].map(codeOf).find((one) => one !== undefined);
  return code === undefined ? {} : { code };
}

/** An adapter that breaks its promise must not cost the entry. */
function saidOf(error: object, target: TargetSystem | undefined): TargetDiagnosis {
  try {
    const said: TargetDiagnosis = withoutUndefined(target?.diagnose?.(error) ?? {});
    return isOurs(said) ? {} : said;
  } catch {
    return {};
  }
}

/** What was thrown, and what it was caused by: the outermost first. */
function errorsIn(thrown: unknown): object[] {
  const errors: object[] = [];
  const open = [thrown];
  while (open.length > 0 && errors.length < MOST_ERRORS) {
    const error = open.shift();
    if (typeof error !== 'object' || error === null || errors.includes(error)) continue;
    errors.push(error);
    const { cause, rollbackError, errors: members } = error as Readonly<Record<string, unknown>>;
    open.push(rollbackError, cause, ...(Array.isArray(members) ? (members as unknown[]) : []));
  }
  return errors;
}

/** By the code of an error of this library, of whichever copy: it says what the engine made of another. */
function isOurs(error: object): boolean {
  return codeOf(error)?.startsWith('FLAMINGOCK_') ?? false;
}

function codeOf(error: object): string | undefined {
  return factText((error as Readonly<Record<string, unknown>>)['code']);
}

function classOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const { name, constructor } = thrown as { readonly name?: unknown; readonly constructor?: unknown };
  const made = typeof constructor === 'function' ? constructor.name : '';
  return made !== '' && made !== 'Error' && made !== 'Object' ? made : factText(name);
}
