import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  FLAMINGOCK_ADAPTER_HOST,
  optionFaults,
  optionsOf,
  type AdapterHost,
  type OptionNames,
} from '@nestjs-flamingock/core/adapter';
import { FileSystemTargetSystem } from './target/file-system.target-system.js';
import { resolveFilesOptions, type FileSystemTargetSystemOptions } from './files.options.js';

/**
 * The files below a folder as the target system `id`. Its transactional changes stage what they alter, which takes
 * effect as a whole, together with a proof of it.
 * Options that cannot work end the start with a FilesOptionsError.
 */
export function fileSystemTargetSystem(
  id: string,
  options: FileSystemTargetSystemOptions,
): TargetSystemDefinition {
  const { provide } = optionsOf(options);
  return {
    id,
    faults: optionFaults(`fileSystemTargetSystem('${id}')`, options, OPTIONS),
    ...(provide && { provide }),
    inject: [FLAMINGOCK_ADAPTER_HOST],
    useFactory: (host: AdapterHost) =>
      new FileSystemTargetSystem(resolveFilesOptions(id, optionsOf(options)), host),
  };
}

const OPTIONS: OptionNames<FileSystemTargetSystemOptions> = { root: true, stateFolder: true, provide: true };
