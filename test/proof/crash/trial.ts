import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FlamingockService } from '@nestjs-flamingock/core';
import { Aftermath } from '../../apps/e2e/aftermath.js';
import type { FixtureOptions } from '../../apps/e2e/fixtures/app.module.js';
import type { InstanceOptions } from '../../apps/e2e/fixtures/main.js';
import { startInstance } from '../../apps/e2e/fixture-process.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import type { CreateDatabase, CreateTarget, TestDatabase, TestTarget } from '../../support/test-database.js';

/** What an instance is in the middle of when it is interrupted. */
export interface Scenario {
  readonly title: string;
  /** How many points it passes at least. */
  readonly points: number;
  readonly instance: Partial<InstanceOptions>;
  /** Whether there are changes that share a commit. */
  readonly isSharing?: boolean;
  /** Whether there is a change made of steps. */
  readonly isStepwise?: boolean;
  /** What comes before, in a process that nothing happens to. */
  readonly prepare?: (options: FixtureOptions) => Promise<unknown>;
  /** What another one does while it stands still, before the next start. @default nothing */
  readonly meanwhile?: (flamingock: FlamingockService) => Promise<unknown>;
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
  workspace.isSharing = scenario.isSharing ?? false;
  workspace.isStepwise = scenario.isStepwise ?? false;
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
    const aftermath = new Aftermath(workspace, PATIENT);
    const { meanwhile } = scenario;
    if (isStopped && meanwhile) await aftermath.attempt(meanwhile);
    const neededPerson = await aftermath.startAgain();
    const hadLock = points.slice(0, at + 1).includes('after lock.acquire');
    const isStillAsked = isStopped && meanwhile !== undefined && !hadLock;
    if (isStillAsked) await aftermath.letGoOn(instance);
    const left = await aftermath.faults();
    const woken = isStopped && !isStillAsked ? await aftermath.wake(instance, begunLine(point)) : [];
    return { at, point, neededPerson, faults: [...left, ...woken] };
  } finally {
    await workspace.remove();
    rmSync(folder, { recursive: true });
  }
}

/** The line that an instance was about to write at this point, inside the call that writes it. */
function begunLine(point: string | undefined): string | undefined {
  return /^before "(.*)"$/.exec(point ?? '')?.[1];
}

async function stoppedBeforeEnd(instance: ReturnType<typeof startInstance>): Promise<boolean> {
  const stopped = instance.stopped().then(
    () => true,
    () => false,
  );
  return Promise.race([stopped, instance.exit.then(() => false)]);
}
