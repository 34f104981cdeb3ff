import { stringify, type Options, type Stringifier } from 'csv-stringify';
import { oneLine } from './safe-text.js';

/** Rows with a header. For a terminal without anything that it would obey. */
export function csv(isTerminal: boolean, columns: readonly string[], options: Options = {}): Stringifier {
  const cell = (text: string) => (isTerminal ? oneLine(text) : text);
  return stringify({
    header: true,
    columns,
    escape_formulas: true, // a spreadsheet must not run what an error text begins with
    cast: { string: cell, boolean: String, object: (value) => cell(JSON.stringify(value)) },
    ...options,
  });
}
