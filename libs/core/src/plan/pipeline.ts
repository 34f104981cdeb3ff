import { hash } from 'node:crypto';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { TargetSystem } from '../target-system/target-system.js';

/** A named group of changes, in `order`. */
export interface Stage {
  readonly name: string;
  readonly changes: readonly ChangeDescriptor[];
}

/** Everything that a service's code wants applied, in the order in which it will be. */
export interface Pipeline {
  readonly service: string;
  readonly stages: readonly Stage[];
  /** Changes whenever anything changes that a plan depends on, or that tells a change from what was applied. */
  readonly digest: string;
}

/** Digest of no pipeline: where a head is settled with it, the next start reads the history, to report edits again. */
export const LOOK_AGAIN = '0'.repeat(64);

/** Makes a pipeline of stages whose changes are already in order. */
export function createPipeline(service: string, stages: readonly Stage[]): Pipeline {
  return Object.freeze({ service, stages, digest: pipelineDigest(stages) });
}

/** The target systems that its changes alter, each once. */
function targetsOf({ stages }: Pipeline): TargetSystem[] {
  return [...new Set(stages.flatMap(({ changes }) => changes.map(({ target }) => target)))];
}

/** How many runs and operations of this process use the target systems of a pipeline now. */
const users = new WeakMap<Pipeline, number>();

/**
 * Notes that a run or an operation uses the target systems. Others of this process may do so at the same time, as one
 * that asks for drift while a run goes on.
 *
 * @returns gives back what the target systems kept, once nobody uses them any more. One that cannot is left as it is, and
 * `failed` is told.
 */
export function useTargets(
  pipeline: Pipeline,
): (failed?: (target: TargetSystem, error: unknown) => void) => Promise<void> {
  users.set(pipeline, (users.get(pipeline) ?? 0) + 1);
  return async (failed = () => undefined) => {
    const left = (users.get(pipeline) ?? 1) - 1;
    users.set(pipeline, left);
    if (left === 0) await closeTargets(pipeline, failed);
  };
}

async function closeTargets(
  pipeline: Pipeline,
  failed: (target: TargetSystem, error: unknown) => void,
): Promise<void> {
  const closing = targetsOf(pipeline).map(async (target) => {
    try {
      await target.close?.();
    } catch (error) {
      failed(target, error);
    }
  });
  await Promise.all(closing);
}

function pipelineDigest(stages: readonly Stage[]): string {
  return hash('sha256', JSON.stringify(stages.map(({ name, changes }) => [name, changes.map(factsOf)])));
}

function factsOf(change: ChangeDescriptor): unknown[] {
  return [
    change.id,
    change.order,
    change.author,
    change.className,
    change.target.id,
    change.transactional,
    change.recovery,
    change.source?.texts(),
    // Absent from those that have none, so that a pipeline without keeps its digest.
    ...(change.replaces ? [change.replaces] : []),
  ];
}
