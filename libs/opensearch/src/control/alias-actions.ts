/** What OpenSearch says of an alias of an index, and takes when one is added. */
export interface AliasAttributes {
  readonly filter?: unknown;
  readonly index_routing?: string;
  readonly search_routing?: string;
  readonly is_write_index?: boolean;
  readonly is_hidden?: boolean;
}

/** One action of a call of `_aliases`, of which all take effect together or none does. */
export type AliasAction =
  | { readonly add: AliasAttributes & { readonly index: string; readonly alias: string } }
  | { readonly remove: { readonly index: string; readonly alias: string; readonly must_exist: boolean } }
  | { readonly remove_index: { readonly index: string } };

/** Adds an alias, or gives one other attributes. */
export function add(index: string, alias: string, attributes: AliasAttributes = {}): AliasAction {
  return { add: { index, alias, ...attributes } };
}

/** Removes an alias that is there. Without `must_exist` its absence would go unnoticed beside other actions. */
export function remove(index: string, alias: string): AliasAction {
  return { remove: { index, alias, must_exist: true } };
}

/** Removes an alias, if it is there. */
export function removeIfThere(index: string, alias: string): AliasAction {
  return { remove: { index, alias, must_exist: false } };
}

/** Adds an alias of this library, which no search by wildcard finds. */
export function addOwn(index: string, alias: string, routing?: string): AliasAction {
  return add(index, alias, { is_hidden: true, ...(routing !== undefined && { search_routing: routing }) });
}

/** Aliases by index, as OpenSearch answers. */
export type IndexAliases = Readonly<
  Record<string, { readonly aliases: Readonly<Record<string, AliasAttributes>> }>
>;
