import type { ChangeStatements, LockHold } from '@nestjs-flamingock/core/adapter';
import type { SearchLink } from '../client/search-link.js';
import {
  add,
  remove,
  type AliasAction,
  type AliasAttributes,
  type IndexAliases,
} from '../control/alias-actions.js';
import { encoded, type ControlNames } from '../control/control-names.js';
import { withOwnAlias, type OwnAlias } from '../control/unseen-indices.js';
import { ForeignIndexError, NotAnAliasError, NothingKeptError } from '../opensearch.errors.js';
import { assertWholeBulk } from './bulk-items.js';
import { actionsOf, holdData, type KeptIndex, type Move } from './index-moves.js';
import { Reindex } from './reindex.js';
import type { NewDocument, NewIndex, ReindexOptions, ReindexResult, SwapOptions } from './search-indices.js';

/** Documents of one bulk request. */
const BATCH = 1_000;

/** What a session works with. */
export interface SessionResources {
  readonly changeId: string;
  readonly hold: LockHold;
  readonly names: ControlNames;
  readonly link: SearchLink;
  readonly statements: ChangeStatements;
  readonly keepOld: number;
}

/** One execution of a transactional change: builds indices, collects what becomes of aliases. */
export class IndexSession {
  /** Alias by which each index that was made is written to, by its name. */
  private readonly made = new Map<string, string>();
  private readonly moves = new Map<string, Move>();
  private readonly others: AliasAction[] = [];

  constructor(private readonly resources: SessionResources) {}

  create(alias: string, { settings = {}, mappings }: NewIndex): Promise<string> {
    const { names, hold, link } = this.resources;
    const nonce = this.nonce();
    const index = indexName(alias, this.resources.changeId, hold.token, nonce);
    const unseen = names.unseen(hold.service, nonce);
    const body = {
      settings: { ...(saysHidden(settings) ? {} : { 'index.hidden': true }), ...settings },
      ...(mappings && { mappings }),
      aliases: { [unseen]: { is_hidden: true, search_routing: encoded(holdData(hold)) } },
    };
    return this.statement(`create an index for ${alias}`, async () => {
      await link.ask({ method: 'PUT', path: `/${encodeURIComponent(index)}`, body });
      this.made.set(index, unseen);
      return index;
    });
  }

  reindex(source: string, index: string, options: ReindexOptions): Promise<ReindexResult> {
    const { changeId, link } = this.resources;
    return this.statement(`reindex ${source}`, async () => {
      const alias = this.unseen(index, 'reindex into');
      return new Reindex(changeId, link, source, alias, options).run();
    });
  }

  add(index: string, documents: Iterable<NewDocument> | AsyncIterable<NewDocument>): Promise<void> {
    return this.statement(`add documents to ${index}`, async () => {
      const alias = this.unseen(index, 'write to');
      let batch: NewDocument[] = [];
      for await (const document of documents) {
        batch.push(document);
        if (batch.length < BATCH) continue;
        await this.write(alias, batch);
        batch = [];
      }
      if (batch.length > 0) await this.write(alias, batch);
    });
  }

  configure(index: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
    return this.statement(`configure ${index}`, async () => {
      this.unseen(index, 'alter the settings of');
      const path = `/${encodeURIComponent(index)}/_settings`;
      await this.resources.link.ask({ method: 'PUT', path, body: settings });
    });
  }

  refresh(index: string): Promise<void> {
    return this.statement(`refresh ${index}`, async () => {
      await this.resources.link.ask({ method: 'POST', path: `/${encodeURIComponent(index)}/_refresh` });
    });
  }

  swap(alias: string, index: string, { removeIndex = false, ...given }: SwapOptions): Promise<void> {
    return this.statement(`swap ${alias}`, async () => {
      const from = await this.placesOf(alias);
      if (from === 'index' && !removeIndex)
        throw new NotAnAliasError(this.resources.changeId, alias, 'index');
      const places = from === 'index' ? [] : from;
      const [, before] = places[0] ?? [];
      this.moves.set(alias, {
        ...{ alias, from: places, to: index, until: this.made.get(index), undone: false },
        attributes: { ...before, ...given },
        removesIndex: from === 'index',
      });
    });
  }

  restore(alias: string): Promise<string> {
    return this.statement(`restore ${alias}`, async () => {
      const { changeId } = this.resources;
      const from = await this.placesOf(alias);
      if (from === 'index') throw new NotAnAliasError(changeId, alias, 'index');
      const current = from.map(([index]) => index);
      const kept = await this.kept();
      const found = kept
        .filter(({ data }) => data.alias === alias && !data.undone && current.includes(data.replacedBy))
        .sort((one, other) => other.data.generation - one.data.generation)[0];
      if (!found) throw new NothingKeptError(changeId, alias, current.join(', '));
      const { index: to, alias: until } = found;
      const { attributes } = found.data;
      this.moves.set(alias, { alias, from, to, until, attributes, removesIndex: false, undone: true });
      return to;
    });
  }

  addAlias(alias: string, index: string, attributes: AliasAttributes): Promise<void> {
    return this.statement(`add alias ${alias}`, async () => {
      this.others.push(add(index, alias, attributes));
    });
  }

  removeAlias(alias: string, index: string): Promise<void> {
    return this.statement(`remove alias ${alias}`, async () => {
      this.others.push(remove(index, alias));
    });
  }

  /** What the change asks of the one call that ends it. */
  async actions(): Promise<AliasAction[]> {
    if (this.moves.size === 0) return this.others;
    const kept = await this.kept();
    const nonce = () => this.nonce();
    const context = { ...this.resources, kept, nonce };
    return [...[...this.moves.values()].flatMap((move) => actionsOf(move, context)), ...this.others];
  }

  private async write(alias: string, documents: readonly NewDocument[]): Promise<void> {
    const bulkBody = documents.flatMap(({ id, routing, document }) => [
      { [id === undefined ? 'index' : 'create']: { _id: id, routing } },
      document,
    ]);
    // By the alias, which must be there: where the index was removed meanwhile, the write would make it anew.
    const request = {
      method: 'POST',
      path: `/${alias}/_bulk`,
      querystring: { require_alias: true },
      bulkBody,
    };
    const { status, body } = await this.resources.link.ask(request);
    assertWholeBulk(this.resources.changeId, request, { statusCode: status, body });
  }

  private unseen(index: string, what: string): string {
    const alias = this.made.get(index);
    if (alias === undefined) throw new ForeignIndexError(this.resources.changeId, index, what);
    return alias;
  }

  /** The indices that an alias is on, with its attributes there; 'index' where the name is that of one. */
  private async placesOf(alias: string): Promise<'index' | (readonly [string, AliasAttributes])[]> {
    const request = { method: 'GET', path: `/${encodeURIComponent(alias)}/_alias` };
    const { status, body } = await this.resources.link.ask<IndexAliases>(request, { accept: [404] });
    if (status === 404) return [];
    if (Object.hasOwn(body, alias)) return 'index';
    return Object.entries(body).map(([index, { aliases }]) => {
      const attributes = aliases[alias];
      if (!attributes) throw new NotAnAliasError(this.resources.changeId, alias, 'data stream');
      return [index, attributes] as const;
    });
  }

  private kept(): Promise<OwnAlias<KeptIndex>[]> {
    const { link, names, hold } = this.resources;
    return withOwnAlias<KeptIndex>(link, names.keptPrefix(hold.service));
  }

  private async statement<T>(text: string, work: () => Promise<T>): Promise<T> {
    const { statements } = this.resources;
    statements.assertOpen(text);
    statements.noteWrite();
    return statements.track(text, work());
  }

  private nonce(): string {
    return this.resources.link.host.runtime.uuid().replaceAll('-', '');
  }
}

/** Readable, and never met twice: by another attempt of the change neither. */
function indexName(alias: string, changeId: string, token: number, nonce: string): string {
  const slug = (text: string, length: number) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .slice(0, length);
  const name = `${slug(alias, 80)}-${slug(changeId, 60)}-${token}-${nonce.slice(0, 12)}`;
  return name.replace(/^[-_.]+/, '');
}

function saysHidden(settings: Readonly<Record<string, unknown>>): boolean {
  const { index } = settings;
  return (
    'hidden' in settings ||
    'index.hidden' in settings ||
    (typeof index === 'object' && index !== null && 'hidden' in index)
  );
}
