import {
  ManualInterventionError,
  UndoRefusedError,
  type ExecutionReport,
  type FlamingockService,
  type FlamingockSettings,
} from '@nestjs-flamingock/core';
import type { TestDatabase, TestTarget } from '../../support/test-database.js';
import { withApplication } from './boot.js';
import type { FixtureOptions } from './fixtures/app.module.js';
import { timesSent } from './fixtures/changes.js';
import { PARCELS } from './fixtures/parcels.js';
import { SHARED_NOTES } from './fixtures/sharing-changes.js';
import type { Exit } from './fixture-process.js';
import { unrecordedEffects } from './recorded-effects.js';
import type { Workspace } from './workspace.js';

interface StoppedInstance {
  kill(signal: NodeJS.Signals): void;
  readonly exit: Promise<Exit>;
}

/** One that had no lock yet, or needed none any more, finds nothing left to do, or tells what it had recorded. */
const KNOWN_ENDS = /Lost the lock|^(NoIssue|UndoRefused|ChangeFailed)Error/;

/** What an instance has left that something happened to, and what the next ones make of it. */
export class Aftermath {
  private readonly found: string[] = [];

  constructor(
    private readonly workspace: Workspace<TestDatabase, TestTarget>,
    private readonly settings: FlamingockSettings,
  ) {}

  /** Takes note of what took effect other than the history says. */
  async compare(): Promise<void> {
    this.found.push(...(await unrecordedEffects(this.workspace)));
  }

  /** Does what is refused where it is done already. */
  async attempt(work: (flamingock: FlamingockService) => Promise<unknown>): Promise<void> {
    await withApplication(this.options, work).catch((error: unknown) => {
      if (!(error instanceof UndoRefusedError)) throw error;
    });
  }

  /** A normal start; where it stops for a manual check, the operator checks, says the truth, and starts again. */
  async startAgain(): Promise<boolean> {
    const mayStop = await this.needsPerson();
    const report = await this.start();
    if (report instanceof ManualInterventionError) {
      if (!mayStop) this.found.push(`stopped for a manual check: ${report.message}`);
      await this.resolve();
      const next = await this.start();
      if (next instanceof ManualInterventionError) this.found.push(`stopped again: ${next.message}`);
      return true;
    }
    if (mayStop) this.found.push('went on where a manual check is needed');
    return false;
  }

  /**
   * Lets the stopped instance go on, and gives what it should not have done: it must change nothing any more, but
   * for the line that it had begun to write. Its lock was looked at before that call, and a file knows of none.
   */
  async wake(instance: StoppedInstance, begunLine?: string): Promise<string[]> {
    const [history, notes, lines] = await this.everything();
    const expected = JSON.stringify([
      history,
      notes,
      begunLine === undefined ? lines : [...lines, begunLine],
    ]);
    instance.kill('SIGCONT');
    const { code, stderr } = await instance.exit;
    const after = JSON.stringify(await this.everything());
    const faults = after === expected ? [] : [`changed something after its pause: ${expected} → ${after}`];
    if (code !== 0 && !KNOWN_ENDS.test(stderr)) faults.push(`ended with: ${stderr}`);
    return faults;
  }

  /** Lets the stopped instance go on, which had no lock yet: it does now what it was asked for. */
  async letGoOn(instance: StoppedInstance): Promise<void> {
    instance.kill('SIGCONT');
    await instance.exit;
    await this.startAgain();
  }

  /** All that is not as the history says. */
  async faults(): Promise<readonly string[]> {
    await this.compare();
    const notes = (await this.workspace.notes()).toSorted().join();
    const expected = ['one', 'two', 'three', ...(this.workspace.isSharing ? SHARED_NOTES : [])].toSorted();
    if (notes !== expected.join()) this.found.push(`notes are ${notes}`);
    const published = this.publishedNow();
    if (published !== 1) this.found.push(`published ${published} times`);
    if (!this.workspace.outboxLines().includes('warm')) this.found.push('never warmed up');
    for (const parcel of this.workspace.isStepwise ? PARCELS : []) {
      const sent = timesSent(this.workspace.outboxLines(), parcel);
      if (sent !== 1) this.found.push(`parcel ${parcel} is sent ${sent} times`);
    }
    return this.found;
  }

  private get options(): FixtureOptions {
    return { ...this.workspace.options, settings: this.settings };
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
      const verification = await flamingock.audit.verify();
      if (!verification.ok) this.found.push(`entry ${verification.seq}: ${verification.fault}`);
      return end;
    });
  }

  private resolve(): Promise<unknown> {
    const resolution = this.publishedNow() > 0 ? 'EXECUTED' : 'ROLLED_BACK';
    return withApplication(this.options, (flamingock) =>
      flamingock.audit.fix({ changeId: 'publish', resolution }, { reason: 'test' }),
    );
  }

  private publishedNow(): number {
    const lines = this.workspace.outboxLines();
    const count = (line: string) => lines.filter((each) => each === line).length;
    return count('published by publish') - count('taken back');
  }

  private async everything(): Promise<[history: string[], notes: string[], lines: string[]]> {
    const { workspace } = this;
    return [await workspace.history(), await workspace.notes(), workspace.outboxLines()];
  }
}
