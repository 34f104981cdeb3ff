import { A_NAME, isName } from '../change/names.js';
import type { FlamingockModuleAsyncOptions, FlamingockModuleOptions } from './flamingock-options.js';
import type { FlamingockFeatureOptions } from './flamingock.module.js';
import { optionFaults, optionsOf, shown, type OptionNames } from '../errors/option-names.js';
import { SETTINGS } from './resolve-options.js';

/** What `forRoot` takes. */
export const ROOT_OPTIONS: OptionNames<FlamingockModuleOptions> = {
  auditStore: true,
  targetSystems: true,
  ...SETTINGS,
};

const ASYNC_OPTIONS: OptionNames<FlamingockModuleAsyncOptions> = {
  auditStore: true,
  targetSystems: true,
  imports: true,
  inject: true,
  useFactory: true,
  useClass: true,
  useExisting: true,
};

const FEATURE_OPTIONS: OptionNames<FlamingockFeatureOptions> = { stage: true, changes: true, imports: true };

/** What is wrong with a call of `forRootAsync`, but for its adapters. */
export function asyncFaults(options: FlamingockModuleAsyncOptions): string[] {
  const call = 'FlamingockModule.forRootAsync()';
  const settings = Object.keys(optionsOf(options)).filter((name) => name in SETTINGS);
  const rest = Object.fromEntries(Object.entries(optionsOf(options)).filter(([name]) => !(name in SETTINGS)));
  return [
    ...settings.map((name) => `${call} has no option "${name}": return it from useFactory, as a setting`),
    ...optionFaults(call, options === optionsOf(options) ? rest : options, ASYNC_OPTIONS),
  ];
}

/** What is wrong with a call of `forFeature`, but for the changes themselves. */
export function featureFaults(options: FlamingockFeatureOptions): string[] {
  const { stage, changes } = optionsOf(options);
  const call = isName(stage)
    ? `FlamingockModule.forFeature({ stage: '${stage}' })`
    : 'FlamingockModule.forFeature()';
  return [
    ...optionFaults(call, options, FEATURE_OPTIONS),
    ...(isName(stage) ? [] : [`stage of ${call} must be ${A_NAME}, not ${shown(stage)}`]),
    ...(Array.isArray(changes)
      ? []
      : [`changes of ${call} must be a list of classes, not ${shown(changes)}`]),
    ...listFaults(call, changes),
  ];
}

function listFaults(call: string, changes: unknown): string[] {
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((type: unknown, index) =>
    typeof type === 'function'
      ? []
      : [
          `changes[${index}] of ${call} must be a class, not ${shown(type)}` +
            (type === undefined ? ': the name is wrong, or two files import each other' : ''),
        ],
  );
}
