import { resolve } from 'node:path';
import { fileAnchor, type KeptHead } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import { OutputFileError } from '../cli.errors.js';
import { oneLine, safeJson } from '../output/safe-text.js';
import type { Work } from './command-runner.js';

export interface HeadSignOptions {
  readonly out?: string;
}

/** What `flamingock head sign` does. */
export const work: Work<HeadSignOptions> = async ({ flamingock, options, out }) => {
  const { head, failures } = await flamingock.audit.signHead();
  for (const { message } of failures) out.note(`${out.palette.red('✖')} ${message}`);
  const { seq, hash, keyId } = head;
  if (options.out === undefined) out.result(head.envelope, () => safeJson(head.envelope));
  else {
    const file = resolve(out.terminal.directory, options.out);
    await addTo(file, head);
    out.result({ file, ...head }, () =>
      oneLine(`${out.palette.green('✔')} Head ${seq}:${hash} signed by key ${keyId}, added to ${file}`),
    );
  }
  return failures.length === 0 ? ExitCode.DONE : ExitCode.FAILED;
};

async function addTo(file: string, head: KeptHead['head']): Promise<void> {
  try {
    await fileAnchor(file).keep(head, new AbortController().signal);
  } catch (error) {
    throw new OutputFileError(file, error);
  }
}
