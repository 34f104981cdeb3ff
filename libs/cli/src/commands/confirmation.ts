import { createInterface } from 'node:readline';
import type { Output } from '../output/output.js';

/** Options of a command that asks before it acts. */
export interface ConfirmOptions {
  readonly yes?: boolean;
}

/** What is missing where there is no terminal and the operator has not passed `--yes`. */
export function confirmationFaults({ yes = false }: ConfirmOptions, out: Output): string[] {
  return yes || canAsk(out) ? [] : ['This needs confirmation, and there is no terminal: pass --yes.'];
}

/** Whether to go on: `--yes`, or the answer of the operator at the terminal. */
export async function confirmed(
  { yes = false }: ConfirmOptions,
  out: Output,
  question: string,
): Promise<boolean> {
  if (yes) return true;
  const { input, messages } = out.terminal;
  // Not as a terminal: Ctrl-C stays the signal that ends the process.
  const lines = createInterface({ input, terminal: false });
  messages.write(`${question} [y/N] `);
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
  });
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

function canAsk(out: Output): boolean {
  return !out.json && hasTerminal(out);
}

/** True where a person is there who can be asked. */
export function hasTerminal({ terminal }: Output): boolean {
  return terminal.input.isTTY === true && terminal.messages.isTTY === true;
}
