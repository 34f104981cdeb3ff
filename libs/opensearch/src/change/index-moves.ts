import type { LockHold } from '@nestjs-flamingock/core/adapter';
import { add, addOwn, remove, type AliasAction, type AliasAttributes } from '../control/alias-actions.js';
import { encoded, type ControlNames } from '../control/control-names.js';
import type { OwnAlias } from '../control/unseen-indices.js';

/** What the alias on a kept index says of it. */
export interface KeptIndex {
  readonly service: string;
  readonly changeId: string;
  /** Under which it was seen, and how. */
  readonly alias: string;
  readonly attributes: AliasAttributes;
  /** The index that took its place. */
  readonly replacedBy: string;
  /** Grows with each index that is replaced under the alias. */
  readonly generation: number;
  /** It was replaced by an older one, when a change was undone. */
  readonly undone?: boolean;
}

/** An alias that moves at the end of a change. */
export interface Move {
  readonly alias: string;
  /** Where it is now, with its attributes. */
  readonly from: readonly (readonly [index: string, attributes: AliasAttributes])[];
  readonly to: string;
  readonly attributes: AliasAttributes;
  /** The alias by which `to` is unseen, or kept, until then. */
  readonly until: string | undefined;
  /** An index of the alias's name goes in the same step. */
  readonly removesIndex: boolean;
  /** An undo: what it replaces is not brought back by another one. */
  readonly undone: boolean;
}

/** What a move needs to know to be made actions of. */
export interface MoveContext {
  readonly names: ControlNames;
  readonly hold: LockHold;
  readonly changeId: string;
  readonly keepOld: number;
  /** All that is kept now of the service. */
  readonly kept: readonly OwnAlias<KeptIndex>[];
  readonly nonce: () => string;
}

/** The actions by which an alias moves; what it leaves is kept, or unseen where it is not to be. */
export function actionsOf(move: Move, context: MoveContext): AliasAction[] {
  const { alias, to, attributes, until, from } = move;
  const left = from.filter(([index]) => index !== to);
  const older = context.kept
    .filter((one) => one.data.alias === alias && one.index !== to)
    .sort((one, other) => other.data.generation - one.data.generation);
  const room = Math.max(0, context.keepOld - left.length);
  return [
    ...(move.removesIndex ? [{ remove_index: { index: alias } }] : []),
    ...left.flatMap(([index, seen], at) => leave(move, index, seen, at < context.keepOld, context)),
    ...older.slice(room).flatMap((one) => [remove(one.index, one.alias), unwanted(one.index, context)]),
    ...(until === undefined ? [] : [remove(to, until)]),
    add(to, alias, attributes),
  ];
}

function leave(
  { alias, to, undone }: Move,
  index: string,
  attributes: AliasAttributes,
  isKept: boolean,
  context: MoveContext,
): AliasAction[] {
  if (!isKept) return [remove(index, alias), unwanted(index, context)];
  const { names, changeId, kept, hold, nonce } = context;
  const generations = kept.filter(({ data }) => data.alias === alias).map(({ data }) => data.generation);
  const data: KeptIndex = {
    ...{ service: hold.service, changeId, alias, attributes, replacedBy: to },
    generation: Math.max(0, ...generations) + 1,
    ...(undone && { undone }),
  };
  return [remove(index, alias), addOwn(index, names.kept(hold.service, nonce()), encoded(data))];
}

/** From then on nobody sees the index any more, and the next claim at the latest removes it. */
function unwanted(index: string, { names, hold, nonce }: MoveContext): AliasAction {
  return addOwn(index, names.unseen(hold.service, nonce()), encoded(holdData(hold)));
}

/** Whose an unseen index is. */
export function holdData({ service, token, owner }: LockHold): LockHold {
  return { service, token, owner };
}
