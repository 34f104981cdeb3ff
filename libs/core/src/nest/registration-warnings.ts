import { readChangeMetadata } from '../change/change-metadata.accessor.js';
import type { ChangeClass } from '../change/change-discovery.js';
import { leftOver } from '../change/unprovided-changes.js';
import type { Pipeline } from '../plan/pipeline.js';
import { suggestion } from '../errors/option-names.js';

/** What an application has, as far as it is odd or not. */
export interface Registered {
  readonly pipeline: Pipeline;
  /** The classes of its changes. */
  readonly types: readonly ChangeClass[];
  /** Ids of its target systems. */
  readonly targets: readonly string[];
  /** Stages that `forFeature` names. */
  readonly features: readonly string[];
  /** Stages that `forRoot` names. */
  readonly stages: readonly string[] | undefined;
}

/** What is no fault, and hardly meant. */
export function registrationWarnings(registered: Registered): string[] {
  const { pipeline, features } = registered;
  const isEmpty = pipeline.stages.every(({ changes }) => changes.length === 0);
  const forgotten = forgottenChanges(registered).map((type) => forgottenChange(type, features));
  const empty =
    isEmpty && forgotten.length === 0
      ? [
          'the application has no change at all: list the classes that carry @Change, as in ' +
            `FlamingockModule.forFeature({ stage: '${features[0] ?? 'main'}', changes: [YourChange] })`,
        ]
      : [];
  return [...empty, ...forgotten, ...unknownStages(registered)];
}

/** Loaded, and of no application of this process, though its target system is one of this application. */
function forgottenChanges({ pipeline, types, targets }: Registered): ChangeClass[] {
  const ids = new Set(pipeline.stages.flatMap(({ changes }) => changes.map(({ id }) => id)));
  const isBase = (type: ChangeClass) => types.some((other) => other.prototype instanceof type);
  const found = new Map<unknown, ChangeClass>();
  for (const type of leftOver()) {
    const { options, targetSystem } = readChangeMetadata(type);
    // A module that was loaded anew leaves the class that it had before.
    const isKnown = options.id !== undefined && ids.has(options.id);
    const isOurs = targetSystem === undefined || targets.includes(targetSystem as string);
    if (isOurs && !isKnown && !isBase(type)) found.set(options.id ?? type, type);
  }
  return [...found.values()];
}

function forgottenChange(type: ChangeClass, features: readonly string[]): string {
  const stage = features.length === 1 ? features[0] : '…';
  return (
    `change class ${type.name} is loaded and no module provides it, so it is not applied: add it to ` +
    `FlamingockModule.forFeature({ stage: '${stage}', changes: [${type.name}] })`
  );
}

function unknownStages({ pipeline, features, stages = [] }: Registered): string[] {
  const used = pipeline.stages.filter(({ changes }) => changes.length > 0).map(({ name }) => name);
  const known = [...new Set([...features, ...used])];
  return stages
    .filter((name) => !known.includes(name))
    .map((name) => `stages names "${name}", which no forFeature() has${suggestion(name, known)}`);
}
