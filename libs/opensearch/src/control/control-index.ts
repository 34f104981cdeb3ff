import { FencedError } from '@nestjs-flamingock/core';
import {
  isClaimedBeyond,
  type LockHold,
  type Marker,
  type TargetFence,
} from '@nestjs-flamingock/core/adapter';
import { responseOf } from '../client/diagnose.js';
import type { SearchLink } from '../client/search-link.js';
import {
  addOwn,
  remove,
  removeIfThere,
  type AliasAction,
  type AliasAttributes,
  type IndexAliases,
} from './alias-actions.js';
import { ControlIndexError, OpenSearchNotAcknowledgedError } from '../opensearch.errors.js';
import { type ControlNames, decoded, encoded } from './control-names.js';

/** What the control index says at one moment. */
export interface ControlState {
  readonly registry: string;
  /** Alias that stands for the fence of the service; undefined before the first claim. */
  readonly fence: (TargetFence & { readonly alias: string }) | undefined;
  /** Of the service, by alias. */
  readonly markers: ReadonlyMap<string, Marker>;
}

/** The state right after a claim, whose fence only the next commit may find. */
export interface RaisedState extends ControlState {
  readonly fence: NonNullable<ControlState['fence']>;
}

/**
 * The index whose aliases are fences and markers. A state is altered by one call of `_aliases` that removes the alias
 * of the state that was read, with `must_exist`, and adds another: OpenSearch applies calls one after the other and
 * each as a whole, so a call that was prepared on an older state changes nothing.
 */
export class ControlIndex {
  constructor(
    readonly names: ControlNames,
    private readonly link: SearchLink,
    private readonly targetSystem: string,
  ) {}

  /** What is there of a service; undefined where there is no control index. */
  async state(service: string): Promise<ControlState | undefined> {
    const { names } = this;
    const path = `/${names.index}/_alias`;
    const { status, body } = await this.link.ask<IndexAliases>({ method: 'GET', path }, { accept: [404] });
    if (status === 404) return undefined;
    const aliases = Object.entries(body[names.index]?.aliases ?? {});
    const registry = aliases.find(([alias]) => alias.startsWith(names.registryPrefix))?.[0] ?? '';
    const fence = aliases.find(([alias]) => alias.startsWith(names.fencePrefix(service)));
    const markers = aliases.filter(([alias]) => alias.startsWith(names.markerPrefix(service)));
    return { registry, fence: fence && fenceOf(...fence), markers: new Map(markers.map(markerOf)) };
  }

  /** Makes the index, if nobody has; it begins with one alias, so that the very first claim is conditional, too. */
  async create(): Promise<void> {
    const settings = {
      hidden: true,
      number_of_shards: 1,
      number_of_replicas: 0,
      auto_expand_replicas: '0-1',
    };
    const alias = this.names.registry(this.nonce());
    const body = { settings: { index: settings }, aliases: { [alias]: { is_hidden: true } } };
    try {
      await this.link.ask({ method: 'PUT', path: `/${this.names.index}`, body });
    } catch (error) {
      if (responseOf(error as object).type !== 'resource_already_exists_exception') throw error;
    }
  }

  /**
   * Applies all actions, or none.
   *
   * @throws OpenSearchNotAcknowledgedError where it is not sure that they took effect; the client's `ResponseError`, OpenSearchUnreachableError.
   */
  async send(actions: readonly AliasAction[]): Promise<void> {
    const request = { method: 'POST', path: '/_aliases', body: { actions } };
    const { body } = await this.link.ask<{ acknowledged?: boolean }>(request);
    if (body.acknowledged !== true) throw new OpenSearchNotAcknowledgedError(this.link.address);
  }

  /** True where the actions took effect, false where they did not, or not surely, and the state has to be read again. */
  private async applies(actions: readonly AliasAction[]): Promise<boolean> {
    try {
      await this.send(actions);
      return true;
    } catch (error) {
      if (error instanceof OpenSearchNotAcknowledgedError || responseOf(error as object).status === 404)
        return false;
      throw error;
    }
  }

  /**
   * Raises the fence of a service to the hold, under another nonce, so that no commit which was prepared before can
   * take effect any more.
   *
   * @throws FencedError when it is already higher, or carries this token for another owner.
   */
  async raise(hold: LockHold): Promise<RaisedState> {
    for (;;) {
      const state = await this.state(hold.service);
      if (!state) {
        await this.create();
        continue;
      }
      if (state.fence && isClaimedBeyond(state.fence, hold)) throw this.fenced(hold);
      if (!state.fence && state.registry === '') throw new ControlIndexError(this.names.index);
      const alias = this.names.fence(hold.service, this.nonce());
      const fence = { token: hold.token, owner: hold.owner, alias };
      if (await this.applies(this.moveFence(state, hold, alias))) return { ...state, fence };
    }
  }

  /** Replaces the alias of the fence that was read, or for a first claim that of the registry. */
  private moveFence({ fence, registry }: ControlState, hold: LockHold, alias: string): AliasAction[] {
    const { index } = this.names;
    const added = addOwn(index, alias, encoded({ token: hold.token, owner: hold.owner }));
    if (fence) return [remove(index, fence.alias), added];
    return [remove(index, registry), addOwn(index, this.names.registry(this.nonce())), added];
  }

  /** Fence and marker of a commit: the fence must be the one that the transaction has raised, and is used up. */
  markerActions(marker: Marker, { fence, markers }: RaisedState, nonce: string): AliasAction[] {
    const { names } = this;
    const { service, changeId, executionId, operation, token, owner } = marker;
    const stored: Marker = { service, changeId, executionId, operation, token, owner };
    const former = [...markers].filter(([, one]) => one.changeId === changeId);
    return [
      remove(names.index, fence.alias),
      addOwn(names.index, names.fence(service, nonce), encoded({ token, owner })),
      ...former.map(([alias]) => removeIfThere(names.index, alias)),
      addOwn(names.index, names.marker(service, nonce), encoded(stored)),
    ];
  }

  /** What the fence says to whoever has been succeeded. */
  fenced({ service, token }: Pick<LockHold, 'service' | 'token'>): FencedError {
    return new FencedError(service, token, `target system "${this.targetSystem}"`);
  }

  nonce(): string {
    return this.link.host.runtime.uuid().replaceAll('-', '');
  }
}

function fenceOf(alias: string, { search_routing: data }: AliasAttributes): TargetFence & { alias: string } {
  return { ...(decoded(data) as TargetFence), alias };
}

function markerOf([alias, { search_routing: data }]: [string, AliasAttributes]): [string, Marker] {
  return [alias, decoded(data) as Marker];
}
