/** What a statement can bind. Booleans and objects are converted by whoever maps the row. */
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

type Piece = { readonly text: string } | { readonly identifier: string } | { readonly value: SqlValue };

/** A statement, or part of one, in no dialect yet. */
export class Sql {
  constructor(readonly pieces: readonly Piece[]) {}

  /** The statement as a driver takes it. */
  render(syntax: SqlSyntax): RenderedSql {
    const values: SqlValue[] = [];
    const text = this.pieces.map((piece) => {
      if ('text' in piece) return piece.text;
      if ('identifier' in piece) return syntax.quote(piece.identifier);
      return syntax.placeholder(values.push(piece.value));
    });
    return { text: text.join(''), values };
  }
}

/** The statement with its values in it, for where it cannot bind any. */
export function inlined(statement: Sql, syntax: SqlSyntax, literal: (value: SqlValue) => string): string {
  const pieces = statement.pieces.map((piece) => {
    if ('text' in piece) return piece.text;
    return 'identifier' in piece ? syntax.quote(piece.identifier) : literal(piece.value);
  });
  return pieces.join('');
}

/** Builds a statement: a nested {@link Sql} is spliced in, everything else is bound. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  const pieces = strings.flatMap((text, index): readonly Piece[] => {
    const part = parts[index];
    if (part === undefined) return [{ text }];
    return [{ text }, ...asSql(part).pieces];
  });
  return new Sql(pieces);
}

/** Text taken over as it stands; never for anything that a user wrote. */
export function raw(text: string): Sql {
  return new Sql([{ text }]);
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
  const pieces = parts.flatMap((part, index): readonly Piece[] =>
    index === 0 ? asSql(part).pieces : [{ text: separator }, ...asSql(part).pieces],
  );
  return new Sql(pieces);
}

function asSql(part: Sql | SqlValue): Sql {
  return part instanceof Sql ? part : new Sql([{ value: part }]);
}
