import { createChange } from '../change/create-change.js';
import type { ChangeRequest } from '../change/change-request.js';
import { nextSteps } from '../change/next-steps.js';
import { setUp, type SetUpRequest } from '../setup/set-up.js';
import { nextSetUpSteps } from '../setup/next-steps.js';
import { TreeFiles, type SchematicTree } from './tree-files.js';

/** What is used of the context that a schematic is given. */
export interface SchematicContext {
  readonly logger: { info(message: string): void };
}

/** Alters the tree. */
export type Schematic = (tree: SchematicTree, context: SchematicContext) => void;

/** Options of the schematic `change`: a request, and what `nest generate` passes on. */
export interface ChangeSchematicOptions extends ChangeRequest {
  /** The stage, where `nest generate` takes a path. */
  readonly path?: string;
}

/**
 * `nest g -c @nestjs-flamingock/schematics change <name> [stage]`. It writes what `flamingock create` writes.
 *
 * @throws by the schematic: FaultyRequestError, NotUnderstoodError, NoCompilerError.
 */
export function changeSchematic({ path, ...request }: ChangeSchematicOptions): Schematic {
  return (tree, { logger }) => {
    const files = new TreeFiles(tree);
    const stage = request.stage ?? (path === '' ? undefined : path);
    const created = createChange(files, { ...request, stage }, process.cwd());
    files.write(created.edits);
    for (const step of nextSteps(created)) logger.info(step);
  };
}

/**
 * `nest g -c @nestjs-flamingock/schematics init`, or `nest add @nestjs-flamingock/schematics`. It writes what
 * `flamingock init` writes.
 *
 * @throws by the schematic: FaultyRequestError, NotUnderstoodError, NoCompilerError.
 */
export function initSchematic(request: SetUpRequest): Schematic {
  return (tree, { logger }) => {
    const files = new TreeFiles(tree);
    const made = setUp(files, request, process.cwd());
    files.write(made.edits);
    for (const step of nextSetUpSteps(made)) logger.info(step);
  };
}
