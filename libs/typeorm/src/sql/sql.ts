/** What a statement can bind. Booleans and objects are converted where the row is mapped. */
export type SqlValue = string | number | null;

/** A row as the driver returns it. */
export type Row = Readonly<Record<string, unknown>>;

/** Where dialects write the same statement differently, character by character. */
export interface SqlSyntax {
  /** The identifier in quotes, e.g. `"name"`. */
  quote(identifier: string): string;
  /** The placeholder of the n-th bound value, counted from 1. */
  placeholder(position: number): string;
}

/** Text and bound values of a statement, ready for a driver. */
export interface RenderedSql {
  readonly text: string;
  readonly values: SqlValue[];
}

type Piece = string | { readonly identifier: string } | { readonly value: SqlValue } | Sql;

/** A statement, or part of one, in no dialect yet. */
export class Sql {
  /** Parts without values, such as the columns of a table, are part of many statements: written once. */
  private fixed: { readonly syntax: SqlSyntax; readonly text: string } | undefined;

  /** Texts as they stand, identifiers, values to bind, and other parts. */
  constructor(private readonly pieces: readonly Piece[]) {}

  /** The statement as a driver takes it. */
  render(syntax: SqlSyntax): RenderedSql {
    const values: SqlValue[] = [];
    const text = this.write(syntax, (value) => syntax.placeholder(values.push(value)));
    return { text, values };
  }

  /** The statement with its values in it, for where it cannot bind any. */
  inline(syntax: SqlSyntax, literal: (value: SqlValue) => string): string {
    return this.write(syntax, literal);
  }

  private write(syntax: SqlSyntax, valueText: (value: SqlValue) => string): string {
    if (this.fixed?.syntax === syntax) return this.fixed.text;
    let text = '';
    let isFixed = true;
    for (const piece of this.pieces) {
      if (typeof piece === 'string') text += piece;
      else if (piece instanceof Sql) {
        text += piece.write(syntax, valueText);
        isFixed &&= piece.fixed !== undefined;
      } else if ('identifier' in piece) text += syntax.quote(piece.identifier);
      else {
        text += valueText(piece.value);
        isFixed = false;
      }
    }
    if (isFixed) this.fixed = { syntax, text };
    return text;
  }
}

/** Builds a statement: a nested {@link Sql} is spliced in, everything else is bound. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  const pieces: Piece[] = [];
  for (const [index, text] of strings.entries()) {
    pieces.push(text);
    const part = parts[index];
    if (part !== undefined) pieces.push(asPiece(part));
  }
  return new Sql(pieces);
}

/** Text taken over as it stands; never for anything that a user wrote. */
export function raw(text: string): Sql {
  return new Sql([text]);
}

/** An identifier, quoted when rendered; `name('t', 'c')` is `"t"."c"`. */
export function name(...path: readonly string[]): Sql {
  return list(
    path.map((identifier) => new Sql([{ identifier }])),
    '.',
  );
}

/** The parts with a separator between them. */
export function list(parts: readonly (Sql | SqlValue)[], separator = ', '): Sql {
  const pieces: Piece[] = [];
  for (const part of parts) {
    if (pieces.length > 0) pieces.push(separator);
    pieces.push(asPiece(part));
  }
  return new Sql(pieces);
}

function asPiece(part: Sql | SqlValue): Piece {
  return part instanceof Sql ? part : { value: part };
}
