import { FlamingockError, type ExecutionReport } from '@nestjs-flamingock/core';
import { Aftermath } from '../../apps/e2e/aftermath.js';
import type { Workspace } from '../../apps/e2e/workspace.js';
import type { TestDatabase, TestTarget } from '../../support/test-database.js';

/** A start in which something breaks. */
export interface FaultyStart {
  /** What goes wrong. */
  readonly what: string;
  /** Where it does. */
  readonly title: string;
  readonly workspace: Workspace<TestDatabase, TestTarget>;
  start(): Promise<ExecutionReport>;
  /** Repairs what is still broken. */
  heal(): Promise<void>;
  /** True if the start has to get over it, unless the machine was so busy that the lock was lost. */
  readonly mustApply: boolean;
}

/** A faulty start, and what became of it. */
export interface Trial {
  readonly what: string;
  readonly title: string;
  /** `applied`, or the name of the error with which the start ended. */
  readonly end: string;
  readonly neededPerson: boolean;
  /** What is not as it has to be. */
  readonly faults: readonly string[];
}

/** A start that takes longer than this will not end: every bound that it was given is far shorter. */
const PATIENCE_MS = 90_000;

const HEALTHY = { lock: { retryMs: 50 } };

/**
 * Starts where something breaks, repairs it, starts again, and compares all that is left with
 * what is recorded: after the first start, and after the second.
 */
export async function tryFault(faulty: FaultyStart): Promise<Trial> {
  const { what, title, workspace, heal, mustApply } = faulty;
  const aftermath = new Aftermath(workspace, HEALTHY);
  const faults: string[] = [];
  const end = await endOf(faulty.start(), faults);
  if (mustApply && end !== 'applied' && end !== 'LockLostError') faults.push(`did not get over it: ${end}`);
  await heal();
  await aftermath.compare();
  const neededPerson = await aftermath.startAgain().catch((error: unknown) => {
    faults.push(`the next start failed: ${String(error)}`);
    return false;
  });
  return { what, title, end, neededPerson, faults: [...faults, ...(await aftermath.faults())] };
}

async function endOf(start: Promise<ExecutionReport>, faults: string[]): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'hangs'>((resolve) => (timer = setTimeout(() => resolve('hangs'), PATIENCE_MS)));
  try {
    const report = await Promise.race([start, late]);
    if (report !== 'hangs') return report.status;
    faults.push(`has not ended after ${PATIENCE_MS} ms`);
    return report;
  } catch (error) {
    if (error instanceof FlamingockError) return error.constructor.name;
    faults.push(`ended with an error that is none of ours: ${String(error)}`);
    return String(error);
  } finally {
    clearTimeout(timer);
  }
}
