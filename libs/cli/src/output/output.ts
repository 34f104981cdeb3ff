import { once } from 'node:events';
import type { Column } from './table.js';
import { renderTable } from './table.js';
import { hasColour, paletteFor, type Palette } from './palette.js';
import { manyLines, oneLine, safeJson } from './safe-text.js';
import type { Terminal } from './terminal.js';

/** Columns of a result that is no terminal. */
const WIDTH_ELSEWHERE = 120;

/** What went wrong, as the document has it. */
export interface Failure {
  readonly name: string;
  /** Of an error of ours, see `docs/errors.md`. */
  readonly code?: string;
  readonly message: string;
}

/** How a command shows what it has found: text for people, or one JSON document. */
export class Output {
  /** Colours of the result. */
  readonly palette: Palette;
  private readonly messagePalette: Palette;
  private shown = false;

  constructor(
    readonly terminal: Terminal,
    readonly json: boolean,
  ) {
    this.palette = paletteFor(terminal.output, terminal.environment);
    this.messagePalette = paletteFor(terminal.messages, terminal.environment);
  }

  /** Whether logs have colours. */
  get hasColouredMessages(): boolean {
    return hasColour(this.terminal.messages, this.terminal.environment);
  }

  /** Columns of the terminal. */
  get width(): number {
    const { output, environment } = this.terminal;
    // A terminal of no size, as a container may have, says 0.
    const sizes = [output.columns, Number(environment['COLUMNS'])];
    return sizes.find((size) => size !== undefined && size > 0) ?? WIDTH_ELSEWHERE;
  }

  /** The result: with `--json` the document, else the text. Either may hold text of any origin. */
  result(document: unknown, text: () => string): void {
    if (this.json) this.document(document);
    else this.line(text());
  }

  /** One line of the result; the text must be safe, and may have colours. */
  line(text = ''): void {
    if (!this.json) this.terminal.output.write(`${text}\n`);
  }

  /** Rows as a table. */
  table<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
    return renderTable(rows, columns, this.width);
  }

  /** Something said to a person, besides the result. */
  note(text: string): void {
    this.terminal.messages.write(`${manyLines(text)}\n`);
  }

  /** What went wrong: to a person, and with `--json` as the document, if there is none yet. */
  failure(error: Failure): void {
    this.terminal.messages.write(`${this.messagePalette.red('✖')} ${manyLines(error.message)}\n`);
    this.failureDocument(error);
  }

  /** What went wrong as the document, with `--json` and if there is none yet. */
  failureDocument(error: Failure): void {
    if (this.json && !this.shown) this.document({ error });
  }

  /** Tells that the command has written the document by itself. */
  markShown(): void {
    this.shown = true;
  }

  /** Resolves once all of the result is written. */
  async flush(): Promise<void> {
    const { output } = this.terminal;
    if (!output.writable) return;
    output.end();
    await once(output, 'finish');
  }

  private document(value: unknown): void {
    this.shown = true;
    this.terminal.output.write(`${safeJson(value, 2)}\n`);
  }
}

/** Lines of `name  value`, aligned; those without a value are left out. */
export function facts(
  pairs: readonly (readonly [string, string | null | undefined])[],
  palette: Palette,
): string {
  const told = pairs.filter(([, value]) => value != null && value !== '');
  const width = Math.max(...told.map(([name]) => name.length));
  return told
    .map(([name, value]) => `  ${palette.dim(name.padEnd(width))}  ${oneLine(value ?? '')}`)
    .join('\n');
}
