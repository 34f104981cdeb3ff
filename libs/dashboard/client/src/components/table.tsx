import type { ComponentChildren } from 'preact';

/** A column: what it is called, and what of a row is in it. */
export interface Column<R> {
  readonly name: string;
  readonly cell: (row: R) => ComponentChildren;
  /** Its texts are short, and stay on one line. */
  readonly isTight?: boolean;
}

interface Props<R> {
  /** What the table has, for those who hear it. */
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string | number;
}

/** A table, which on a phone is a list of cards. */
export function Table<R>({ label, columns, rows, keyOf }: Props<R>) {
  return (
    <table class="cards" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ name }) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ name, cell, isTight = false }) => (
              <td key={name} data-label={name} class={isTight ? 'tight' : undefined}>
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
