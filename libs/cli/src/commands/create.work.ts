import type { ChangeRequest } from '@nestjs-flamingock/schematics';
import { ExitCode } from '../exit-code.js';
import { oneLine } from '../output/safe-text.js';
import type { Standalone } from './command-runner.js';
import { diffOf, fileNames, onSources, writtenLines } from './edited-files.js';

interface CreateOptions extends Omit<ChangeRequest, 'name' | 'transactional'> {
  readonly transactional?: 'true' | 'false';
  readonly dryRun?: boolean;
}

/** What `flamingock create` does. */
export async function work({
  options,
  args: [name = ''],
  out,
}: Standalone<CreateOptions>): Promise<ExitCode> {
  const { transactional, dryRun = false } = options;
  const request = {
    ...options,
    name,
    transactional: transactional === undefined ? undefined : transactional === 'true',
  };
  const { created, steps } = await onSources(out.terminal.directory, ({ schematics, files }) => {
    const change = schematics.createChange(files, request, files.root);
    if (!dryRun) files.write(change.edits);
    return { created: change, steps: schematics.nextSteps(change) };
  });
  const { edits, ...change } = created;
  out.result({ dryRun, ...change, files: fileNames(edits) }, () =>
    dryRun
      ? diffOf(edits, out)
      : [...writtenLines(edits, out), ...steps.map((step) => `  ${oneLine(step)}`)].join('\n'),
  );
  return ExitCode.DONE;
}
