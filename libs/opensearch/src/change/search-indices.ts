import type { ChangeContext } from '@nestjs-flamingock/core';
import type { AliasAttributes } from '../control/alias-actions.js';
import type { IndexSession } from './index-session.js';

/** What a new index is made with, as OpenSearch takes it. */
export interface NewIndex {
  /** @default those of the index template that matches the name, and `index.hidden: true` */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** @default those of the index template that matches the name */
  readonly mappings?: Readonly<Record<string, unknown>>;
}

/** How documents are copied. */
export interface ReindexOptions {
  /** Only what matches. @default everything */
  readonly query?: object;
  /** What is done to each document, as OpenSearch takes it: `{ lang: 'painless', source: '…' }`. */
  readonly script?: object;
  /** Fields to copy. @default all */
  readonly fields?: readonly string[];
  /** Ingest pipeline through which documents go. */
  readonly pipeline?: string;
  /** Parts that are copied side by side. @default 'auto', one for each shard of the source */
  readonly slices?: number | 'auto';
  /** Documents in one batch. @default 1000 */
  readonly batchSize?: number;
  /** Documents in a second. @default no limit */
  readonly requestsPerSecond?: number;
  /** The change's own: is told how far the copying has come, and ends it when the change has to end. */
  readonly context?: Pick<ChangeContext, 'progress' | 'signal'>;
}

/** What a reindex has done. */
export interface ReindexResult {
  /** Documents that the source had. */
  readonly total: number;
  /** Documents that are in the new index because of it. */
  readonly created: number;
}

/** A document of a new index. */
export interface NewDocument {
  /** @default one that OpenSearch gives it */
  readonly id?: string;
  readonly routing?: string;
  readonly document: object;
}

/** How an alias moves. */
export interface SwapOptions extends AliasAttributes {
  /**
   * The name is that of an index, which is removed in the same step for the alias to take its name. It cannot be
   * brought back.
   *
   * @default false: that is refused
   */
  readonly removeIndex?: boolean;
}

/**
 * The indices of a transactional change of an {@link openSearchTargetSystem}. It builds new ones, which nobody sees;
 * at its end all aliases move, in one step. Readers and writers of the application go by the alias.
 */
export class SearchIndices {
  /** @internal */
  constructor(private readonly session: () => IndexSession) {}

  /**
   * Makes an index for an alias, hidden, under a name of its own that begins with the alias.
   *
   * @returns its name
   */
  async create(alias: string, index: NewIndex = {}): Promise<string> {
    return this.session().create(alias, index);
  }

  /**
   * Copies documents into an index that this change has made, by a task on the server, after a refresh of the source.
   * A task that is lost because its node was started again goes on with what is missing.
   *
   * @param source an alias or index
   * @throws ReindexFailedError
   */
  async reindex(source: string, index: string, options: ReindexOptions = {}): Promise<ReindexResult> {
    return this.session().reindex(source, index, options);
  }

  /**
   * Writes documents into an index that this change has made. None may be there already.
   *
   * @throws BulkItemsError where one was not written.
   */
  async add(index: string, documents: Iterable<NewDocument> | AsyncIterable<NewDocument>): Promise<void> {
    await this.session().add(index, documents);
  }

  /** Alters settings of an index that this change has made: replicas and refreshes again, after the copying. */
  async configure(index: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
    await this.session().configure(index, settings);
  }

  /** Makes what was written to an index visible to searches: to count it, say, before the aliases move. */
  async refresh(index: string): Promise<void> {
    await this.session().refresh(index);
  }

  /**
   * Moves an alias, at the end of the change, to an index and away from all that it is on now, with its filter,
   * routing and whether it is the one to write by. What it leaves is kept for {@link restore}, see `keepOld`.
   *
   * @throws NotAnAliasError where the name is that of an index or a data stream.
   */
  async swap(alias: string, index: string, options: SwapOptions = {}): Promise<void> {
    await this.session().swap(alias, index, options);
  }

  /**
   * Moves an alias back, at the end of the change, to the index that the present one has replaced: for the undo of a
   * change that swapped. Documents that were written since are in the index that it leaves, which is kept, too.
   *
   * @returns the name of the index that it moves to
   * @throws NothingKeptError
   */
  async restore(alias: string): Promise<string> {
    return this.session().restore(alias);
  }

  /** Adds an alias to an index, at the end of the change, whatever else it is on. */
  async addAlias(alias: string, index: string, attributes: AliasAttributes = {}): Promise<void> {
    await this.session().addAlias(alias, index, attributes);
  }

  /** Takes an alias off an index, at the end of the change. It must be there then. */
  async removeAlias(alias: string, index: string): Promise<void> {
    await this.session().removeAlias(alias, index);
  }
}
