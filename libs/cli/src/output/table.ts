import stringWidth from 'string-width';
import { getBorderCharacters, table } from 'table';
import { cut, oneLine } from './safe-text.js';

/** One column of a table of rows of type `T`. */
export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | null | undefined;
  /** Gives way last when the table is too wide. */
  readonly keep?: boolean;
  readonly colour?: (text: string, row: T) => string;
}

const GAP = 2;
const NARROWEST = 8;
/** A line under the titles and no other. */
const BORDER = { ...getBorderCharacters('void'), joinBody: '─', joinJoin: '' };

/** Rows as lines of at most `width` columns. Cells may hold text of any origin. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], width: number): string {
  const cells = rows.map((row) => columns.map(({ value }) => oneLine(value(row) ?? '')));
  const titles = columns.map(({ title }) => title);
  const natural = columns.map((_, at) =>
    Math.max(...[titles, ...cells].map((row) => stringWidth(row[at] ?? ''))),
  );
  const widths = fit(natural, columns, width);
  const colour = (text: string, at: number, row: T) => columns[at]?.colour?.(text, row) ?? text;
  const body = cells.map((line, index) =>
    line.map((text, at) => colour(cut(text, widths[at] ?? 0), at, rows[index] as T)),
  );
  const text = table([titles.map((title, at) => cut(title, widths[at] ?? 0)), ...body], {
    border: BORDER,
    columnDefault: { paddingLeft: 0, paddingRight: GAP },
    columns: widths.map((columnWidth) => ({ width: columnWidth })),
    drawHorizontalLine: (line) => line === 1,
  });
  return text.replace(/ +$/gm, '').trimEnd();
}

/** Takes from the widest column that may give way, then from those that should not. */
function fit(natural: readonly number[], columns: readonly Column<never>[], width: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, one) => sum + one + GAP, 0);
  for (const keep of [false, true]) {
    while (total() > width) {
      const wide = widths.map((one, at) =>
        (columns[at]?.keep ?? false) === keep && one > NARROWEST ? one : 0,
      );
      const widest = Math.max(...wide);
      if (widest === 0) break;
      widths[wide.indexOf(widest)] = widest - 1;
    }
  }
  return widths;
}
