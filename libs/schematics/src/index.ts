export { createChange, type CreatedChange } from './change/create-change.js';
export type { ChangeRequest } from './change/change-request.js';
export { nextSteps } from './change/next-steps.js';
export {
  changeSchematic,
  initSchematic,
  type ChangeSchematicOptions,
  type Schematic,
  type SchematicContext,
} from './collection/schematics.js';
export type { SchematicTree } from './collection/tree-files.js';
export { DiskFiles } from './project/disk-files.js';
export type { FileEdit, FolderEntries, ProjectFiles } from './project/project-files.js';
export { FaultyRequestError, NoCompilerError, NotUnderstoodError } from './schematics.errors.js';
export { nextSetUpSteps } from './setup/next-steps.js';
export { setUp, type SetUp, type SetUpRequest } from './setup/set-up.js';
export type { DatabaseKind } from './setup/databases.js';
