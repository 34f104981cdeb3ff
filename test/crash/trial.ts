import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualInterventionError, type ExecutionReport } from '@nestjs-flamingock/core';
import { withApplication } from '../e2e/boot.js';
import type { FixtureOptions } from '../e2e/fixture/app.module.js';
import type { InstanceOptions } from '../e2e/fixture/main.js';
import { startInstance, type Exit } from '../e2e/fixture-process.js';
import { Workspace } from '../e2e/workspace.js';
import type { CreateDatabase, CreateTarget, TestDatabase, TestTarget } from '../support/test-database.js';

/** What an instance is in the middle of when it is interrupted. */
export interface Scenario {
  readonly title: string;
  readonly instance: Partial<InstanceOptions>;
  /** What comes before, in a process that nothing happens to. */
  readonly prepare?: (options: FixtureOptions) => Promise<unknown>;
}

/** Where history and changes are kept. */
export interface Pair {
  readonly title: string;
  readonly createAudit: CreateDatabase;
  readonly createTarget?: CreateTarget;
}

/** One interruption and what became of it. */
export interface Trial {
  readonly at: number;
  /** The point of the protocol; `undefined` if the instance passed fewer. */
  readonly point: string | undefined;
  readonly neededPerson: boolean;
  /** What is not as it has to be. */
  readonly faults: readonly string[];
}

/** Short, so that nobody waits long for the interrupted one; one that goes on has the default. */
const SHORT = { lock: { leaseMs: 2_000 } };
const PATIENT = { lock: { retryMs: 50 } };

/** Interrupts one instance at its `at`-th point, starts another normally, and compares all that is left with what is recorded. */
export async function interrupt(
  { createAudit, createTarget }: Pair,
  scenario: Scenario,
  at: number,
  signal: 'SIGKILL' | 'SIGSTOP',
): Promise<Trial> {
  const workspace = await Workspace.open<TestDatabase, TestTarget>(createAudit, createTarget);
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-crash-'));
  const log = join(folder, 'points.txt');
  try {
    await scenario.prepare?.({ ...workspace.options, settings: PATIENT });
    const instance = startInstance({
      ...workspace.options,
      ...scenario.instance,
      settings: SHORT,
      interruption: { at, signal, log },
    });
    const isStopped = signal === 'SIGSTOP' && (await stoppedBeforeEnd(instance));
    if (signal === 'SIGKILL') await instance.exit;
    const points = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
    const point = points.length > at ? points[at] : undefined;
    const aftermath = new Aftermath(workspace);
    const neededPerson = await aftermath.startAgain();
    if (isStopped) await aftermath.wake(instance);
    return { at, point, neededPerson, faults: await aftermath.faults() };
  } finally {
    await workspace.remove();
    rmSync(folder, { recursive: true });
  }
}

async function stoppedBeforeEnd(instance: ReturnType<typeof startInstance>): Promise<boolean> {
  const stopped = instance.stopped().then(
    () => true,
    () => false,
  );
  return Promise.race([stopped, instance.exit.then(() => false)]);
}

/** What an interrupted instance has left, and what the next ones make of it. */
class Aftermath {
  private readonly found: string[] = [];

  constructor(private readonly workspace: Workspace<TestDatabase, TestTarget>) {}

  /** A normal start; where it stops for a person, the person looks, says the truth, and starts again. */
  async startAgain(): Promise<boolean> {
    const mayStop = await this.needsPerson();
    const report = await this.start();
    if (report instanceof ManualInterventionError) {
      if (!mayStop) this.found.push(`stopped for a person: ${report.message}`);
      await this.resolve();
      const next = await this.start();
      if (next instanceof ManualInterventionError) this.found.push(`stopped again: ${next.message}`);
      return true;
    }
    if (mayStop) this.found.push('went on where a person has to look');
    return false;
  }

  /** Lets the stopped instance go on: it must change nothing any more. */
  async wake(instance: { kill(signal: NodeJS.Signals): void; exit: Promise<Exit> }): Promise<void> {
    const before = await this.everything();
    instance.kill('SIGCONT');
    const { code, stderr } = await instance.exit;
    // One that had no lock yet, or needed none any more, finds nothing left to do.
    if (code !== 0 && !stderr.includes('Lost the lock')) this.found.push(`ended with: ${stderr}`);
    const after = await this.everything();
    if (after !== before) this.found.push(`changed something after its pause: ${before} → ${after}`);
  }

  /** All that is not as the history says. */
  async faults(): Promise<readonly string[]> {
    const notes = (await this.workspace.notes()).join();
    if (notes !== 'one,three,two') this.found.push(`notes are ${notes}`);
    const published = this.publishedNow();
    if (published !== 1) this.found.push(`published ${published} times`);
    if (!this.workspace.outboxLines().includes('warm')) this.found.push('never warmed up');
    return this.found;
  }

  private get options(): FixtureOptions {
    return { ...this.workspace.options, settings: PATIENT };
  }

  /** As DESIGN's table has it: only a non-transactional change whose end is not recorded, and which allows no retry. */
  private async needsPerson(): Promise<boolean> {
    const states = (await this.workspace.entries()).filter(({ changeId }) => changeId === 'publish');
    const last = states.at(-1)?.state;
    return last === 'STARTED' || last === 'EXECUTION_FAILED' || last === 'ROLLBACK_FAILED';
  }

  /** Also walks the history that the start has left. */
  private start(): Promise<ExecutionReport | ManualInterventionError> {
    return withApplication(this.options, async (flamingock) => {
      const end = await flamingock.execute().catch((error: unknown) => {
        if (error instanceof ManualInterventionError) return error;
        throw error;
      });
      const verification = await flamingock.auditVerify();
      if (!verification.ok) this.found.push(`entry ${verification.seq}: ${verification.fault}`);
      return end;
    });
  }

  private resolve(): Promise<unknown> {
    const resolution = this.publishedNow() > 0 ? 'EXECUTED' : 'ROLLED_BACK';
    return withApplication(this.options, (flamingock) =>
      flamingock.auditFix({ changeId: 'publish', resolution }),
    );
  }

  private publishedNow(): number {
    const lines = this.workspace.outboxLines();
    const count = (line: string) => lines.filter((each) => each === line).length;
    return count('published by publish') - count('taken back');
  }

  private async everything(): Promise<string> {
    const { workspace } = this;
    return JSON.stringify([await workspace.history(), await workspace.notes(), workspace.outboxLines()]);
  }
}
