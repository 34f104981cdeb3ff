import { isClaimedBeyond, type LockHold } from '@nestjs-flamingock/core/adapter';
import type { SearchLink } from '../client/search-link.js';
import type { IndexAliases } from './alias-actions.js';
import { decoded, type ControlNames } from './control-names.js';

/** An index that carries an alias of ours, with what that says. */
export interface OwnAlias<T> {
  readonly index: string;
  readonly alias: string;
  readonly data: T;
}

/** Tasks of one node, as OpenSearch lists them. */
interface NodeTasks {
  readonly tasks: Readonly<Record<string, { readonly headers?: Readonly<Record<string, string>> }>>;
}

/** Indices with an alias of which the name begins with `prefix`. */
export async function withOwnAlias<T>(link: SearchLink, prefix: string): Promise<OwnAlias<T>[]> {
  const request = { method: 'GET', path: `/_alias/${prefix}*`, querystring: { expand_wildcards: 'all' } };
  const { status, body } = await link.ask<IndexAliases>(request, { accept: [404] });
  if (status === 404) return [];
  return Object.entries(body).flatMap(([index, { aliases }]) =>
    Object.entries(aliases)
      .filter(([alias]) => alias.startsWith(prefix))
      .map(([alias, { search_routing: data }]) => ({ index, alias, data: decoded(data) as T })),
  );
}

/** What changes that failed or were broken off have built, and what is no longer kept. */
export class UnseenIndices {
  constructor(
    private readonly names: ControlNames,
    private readonly link: SearchLink,
  ) {}

  /**
   * Removes those of the hold and of lower ones. To be called only after the hold has raised the fence, or has given
   * up its commit: then none of them can be given an alias any more. Those of a later hold are left alone.
   */
  async remove(hold: LockHold): Promise<void> {
    const found = await withOwnAlias<LockHold>(this.link, this.names.unseenPrefix(hold.service));
    const ended = found.filter(({ data }) => !isClaimedBeyond(data, hold));
    if (ended.length === 0) return;
    await this.cancelTasks(new Set(ended.map(({ alias }) => alias)));
    for (const { index } of ended) {
      const path = `/${encodeURIComponent(index)}`;
      if (await this.isSeen(path)) continue;
      await this.link.ask({ method: 'DELETE', path }, { accept: [404] });
    }
  }

  /** True where an index that is no longer kept has another alias, by which the application may use it. */
  private async isSeen(path: string): Promise<boolean> {
    const request = { method: 'GET', path: `${path}/_alias` };
    const { status, body } = await this.link.ask<IndexAliases>(request, { accept: [404] });
    if (status === 404) return false;
    const aliases = Object.values(body).flatMap((found) => Object.keys(found.aliases));
    return aliases.some((alias) => !alias.startsWith(`${this.names.index}.`));
  }

  /** Ends what still copies into them. */
  private async cancelTasks(aliases: ReadonlySet<string>): Promise<void> {
    const querystring = { actions: 'indices:data/write/reindex*' };
    const { body } = await this.link.ask<{ nodes?: Readonly<Record<string, NodeTasks>> }>({
      method: 'GET',
      path: '/_tasks',
      querystring,
    });
    const tasks = Object.values(body.nodes ?? {}).flatMap((node) => Object.entries(node.tasks));
    for (const [id, { headers }] of tasks) {
      if (!aliases.has(headers?.['X-Opaque-Id'] ?? '')) continue;
      const path = `/_tasks/${encodeURIComponent(id)}/_cancel`;
      await this.link.ask(
        { method: 'POST', path, querystring: { wait_for_completion: true } },
        { accept: [404] },
      );
    }
  }
}
