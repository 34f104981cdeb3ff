import type { SetUpRequest } from '@nestjs-flamingock/schematics';
import { refuse } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import { oneLine } from '../output/safe-text.js';
import type { Standalone } from './command-runner.js';
import { confirmationFaults, confirmed, type ConfirmOptions } from './confirmation.js';
import { diffOf, fileNames, onSources, writtenLines } from './edited-files.js';

interface InitOptions extends SetUpRequest, ConfirmOptions {
  readonly dryRun?: boolean;
}

/** What `flamingock init` does. */
export async function work({ options, out }: Standalone<InitOptions>): Promise<ExitCode> {
  const { dryRun = false, yes = false } = options;
  const { made, files, steps } = await onSources(out.terminal.directory, (on) => {
    const setUp = on.schematics.setUp(on.files, options, on.files.root);
    return { made: setUp, files: on.files, steps: on.schematics.nextSetUpSteps(setUp) };
  });
  const { edits, ...rest } = made;
  const document = { dryRun, files: fileNames(edits), ...rest };
  if (dryRun) {
    out.result(document, () => diffOf(edits, out));
    return ExitCode.DONE;
  }
  if (!yes) out.line(`${diffOf(edits, out)}\n`);
  refuse(confirmationFaults(options, out));
  if (!(await confirmed(options, out, `Write ${edits.length} files?`))) {
    out.note('Nothing was changed.');
    return ExitCode.FAILED;
  }
  files.write(edits);
  out.result(document, () =>
    [...writtenLines(edits, out), ...steps.map((step) => `  ${oneLine(step)}`)].join('\n'),
  );
  return ExitCode.DONE;
}
