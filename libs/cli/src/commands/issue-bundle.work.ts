import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { OutputFileError } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import { writeNewFile } from '../output/new-file.js';
import { oneLine, safeJson } from '../output/safe-text.js';
import type { Invocation } from './command-runner.js';

export interface IssueBundleOptions {
  readonly change?: string;
  readonly out?: string;
}

/** What `flamingock issue bundle` does. */
export async function work({ flamingock, options, out }: Invocation<IssueBundleOptions>): Promise<ExitCode> {
  const file = options.out === undefined ? undefined : resolve(out.terminal.directory, options.out);
  // What was attached to a ticket is not written over by what was found later.
  if (file !== undefined && existsSync(file)) throw new OutputFileError(file, 'there is such a file already');
  const bundle = await flamingock.issues.bundle(options.change);
  const text = `${safeJson(bundle, 2)}\n`;
  if (file === undefined) {
    out.markShown();
    out.terminal.output.write(text);
    return ExitCode.DONE;
  }
  await writeNewFile(file, (stream) => {
    stream.write(text);
    return Promise.resolve();
  });
  const { changeId } = bundle.issue;
  out.result({ file, changeId }, () => `${out.palette.green('✔')} ${oneLine(changeId)} in ${oneLine(file)}`);
  return ExitCode.DONE;
}
