import { LostWritesError, ManualInterventionError, type ExecutionReport } from '@nestjs-flamingock/core';
import { auditVerify, type AuditVerification } from '../../../../libs/core/src/operations/audit-verify.js';
import { isTransactionalKind, STAGES, type ChangePlan, type Scenario } from '../scenario/scenario.js';
import { STEPS } from '../world/change-descriptors.js';
import { drain, drainMessages } from '../world/drain.js';
import { openIssues, operate, reconcile } from '../world/operations.js';
import { FIRST_HEALTHY_ID, type SimulatedProcess } from '../world/simulated-process.js';
import type { World } from '../world/world.js';
import { due, isIn } from './rules.js';

/** Head, a look at the one separate target system, and where nothing is settled history, lock, and that it is now. */
const STATEMENTS_OF_IDLE = 5;

/** After it no change waits because it failed before. */
const LONGEST_PAUSE_MS = 300_000;

/** What must be true once the trouble is over. */
export class Convergence {
  private nextId = FIRST_HEALTHY_ID;

  /** @param world Its processes have ended or died; messages may still be on their way. */
  constructor(private readonly world: World) {}

  /** Starts healthy instances, with an operator in between, until everything is applied. */
  async check(): Promise<void> {
    const { verdict } = this.world;
    // One start amid what is still on its way: it may find anything, but do no harm.
    await this.play('execute');
    await drainMessages(this.world);
    await this.converge();
    if (this.hasLosses) {
      // What was lost at rest shows at the next start with something to do, and at once to whoever asks.
      await this.play('execute', reconcile);
      await this.converge();
    }
    if (!verdict.violation) await this.checkEnd();
  }

  private get hasLosses(): boolean {
    return this.world.scenario.faults.some(({ kind }) => kind === 'forget');
  }

  private async converge(): Promise<void> {
    const { verdict, scenario } = this.world;
    for (let round = 0; round <= scenario.changes.length && !verdict.violation; round += 1) {
      const { end, expected } = await this.playReconciled();
      this.compare(expected, end);
      const issues = openIssues(this.world);
      if (issues.length === 0) break;
      for (let open = issues.length; open > 0; open -= 1) await this.play('fix');
    }
  }

  /** A start; where a database has lost writes that it finds, another one after an operator has told what is there. */
  private async playReconciled(): Promise<{ expected: Expected; end: SimulatedProcess['end'] }> {
    for (let tries = 0; ; tries += 1) {
      const expected = expectedOf(this.world.scenario, this.world);
      const end = await this.play('execute', operate, LONGEST_PAUSE_MS);
      if (tries > 2 || !end || !('error' in end) || !(end.error instanceof LostWritesError))
        return { expected, end };
      this.world.recorder.count('found losses');
      await this.play('execute', reconcile);
    }
  }

  private async checkEnd(): Promise<void> {
    const { verdict, scenario, oracle, recorder } = this.world;
    for (const { id } of scenario.changes) {
      verdict.expect(isIn(oracle.history.lastOf(id)), 'converges', () => `${id} is not applied in the end`);
    }
    for (const change of scenario.changes.filter(({ kind }) => isTransactionalKind(kind))) {
      const times = oracle.timesIn(change);
      verdict.expect(
        times === 1,
        'exactly once',
        () => `${change.id} is in its target ${times} times in the end`,
      );
    }
    for (const { id } of scenario.changes.filter(({ kind }) => kind === 'NON_TX_STEPS')) {
      const missing = STEPS.filter((step) => oracle.timesOfStep(id, step) === 0);
      verdict.expect(
        missing.length === 0 || this.hasLosses,
        'exactly once',
        () => `steps ${missing.join()} of ${id} are not in its target in the end`,
      );
    }
    const verification = await this.play('execute', (_process, engine) => auditVerify(engine));
    // A lock whose record was lost is behind the head until somebody takes it.
    const verified = isResult(verification) ? (verification.result as AuditVerification) : undefined;
    const isSound =
      verified?.ok === true || (this.hasLosses && verified?.fault.includes('the lock has given out'));
    verdict.expect(isSound === true, 'chain', () => `audit verify: ${JSON.stringify(verification)}`);
    const before = recorder.counts.get('messages') ?? 0;
    const idle = await this.play('execute');
    const isIdle = isResult(idle) && (idle.result as ExecutionReport).status === 'up-to-date';
    verdict.expect(isIdle, 'converges', () => `a start after the last one was ${describe(idle)}`);
    const sent = (recorder.counts.get('messages') ?? 0) - before;
    verdict.expect(
      sent <= STATEMENTS_OF_IDLE,
      'quiet',
      () => `a start with nothing to do sent ${sent} statements`,
    );
  }

  private compare({ blocked, applied, untouched }: Expected, end: SimulatedProcess['end']): void {
    const { verdict, oracle } = this.world;
    const found = blockedIn(end);
    const names = blocked.map(({ id }) => id).join();
    verdict.expect(
      found === names,
      'converges',
      () => `"${names}" is to be blocked; the start was ${describe(end)}`,
    );
    const missing = applied.find(({ id }) => !isIn(oracle.history.lastOf(id)));
    verdict.expect(!missing, 'converges', () => `${missing?.id} was not applied by a healthy start`);
    const touched = untouched.find(({ change, seq }) => oracle.history.lastOf(change.id)?.seq !== seq);
    verdict.expect(!touched, 'converges', () => `${touched?.change.id} was touched behind a blocked change`);
  }

  private async play(
    operation: 'execute' | 'fix',
    work = operate,
    afterMs = 0,
  ): Promise<SimulatedProcess['end']> {
    const { queue, scenario } = this.world;
    const startsAt = queue.now + afterMs;
    const plan = { id: this.nextId++, operation, startsAt, knows: scenario.changes.length };
    const process = this.world.start(plan, work);
    await drain(this.world, [process]);
    return process.end;
  }
}

interface Expected {
  readonly blocked: readonly ChangePlan[];
  readonly applied: readonly ChangePlan[];
  /** With the number of their last entry. */
  readonly untouched: readonly { readonly change: ChangePlan; readonly seq: number | undefined }[];
}

/** What the table says about a start now. */
function expectedOf({ changes, onIssue }: Scenario, { oracle }: World): Expected {
  const blocked: ChangePlan[] = [];
  const applied: ChangePlan[] = [];
  const untouched: { change: ChangePlan; seq: number | undefined }[] = [];
  for (const stage of STAGES) {
    for (const change of changes.filter((one) => one.stage === stage)) {
      const last = oracle.history.lastOf(change.id);
      const isBehind = blocked.some((one) => onIssue === 'fail' || one.stage === stage);
      if (isBehind) untouched.push({ change, seq: last?.seq });
      else if (due(last, change.kind) === 'person') blocked.push(change);
      else applied.push(change);
    }
  }
  return { blocked, applied, untouched };
}

function isResult(end: SimulatedProcess['end']): end is { readonly result: unknown } {
  return end !== undefined && 'result' in end;
}

function blockedIn(end: SimulatedProcess['end']): string {
  if (!end) return 'nothing: it did not end';
  if ('error' in end)
    return end.error instanceof ManualInterventionError ? end.error.changeIds.join() : 'an error';
  const { changes } = end.result as ExecutionReport;
  return changes
    .filter(({ result }) => result === 'blocked')
    .map(({ changeId }) => changeId)
    .join();
}

function describe(end: SimulatedProcess['end']): string {
  if (!end) return 'never over';
  if ('result' in end) return JSON.stringify((end.result as ExecutionReport).status);
  return `ended by ${String(end.error)}`;
}
