import { TransactionsUnsupportedError } from '@nestjs-flamingock/core';
import {
  isClaimedBeyond,
  type LockHold,
  type Marker,
  type MarkerStore,
  type TargetFence,
} from '@nestjs-flamingock/core/adapter';
import { removeIfThere } from '../control/alias-actions.js';
import type { ControlIndex } from '../control/control-index.js';
import type { UnseenIndices } from '../control/unseen-indices.js';

/** Markers and fences as aliases of the control index. */
export class OpenSearchMarkerStore implements MarkerStore {
  constructor(
    private readonly targetSystem: string,
    private readonly control: ControlIndex,
    private readonly unseen: UnseenIndices,
    private readonly objection: () => Promise<string | undefined>,
  ) {}

  /** @throws TransactionsUnsupportedError where this server cannot keep markers; OpenSearchUnreachableError. */
  async prepare(): Promise<void> {
    await this.control.create();
    const objection = await this.objection();
    if (objection !== undefined) throw new TransactionsUnsupportedError(this.targetSystem, objection);
  }

  async look(service: string): Promise<TargetFence | undefined> {
    const fence = (await this.control.state(service))?.fence;
    return fence && { token: fence.token, owner: fence.owner };
  }

  /** Removes what a change that was broken off has built, too. */
  async claim(hold: LockHold): Promise<void> {
    await this.control.raise(hold);
    await this.unseen.remove(hold);
  }

  /** The markers that were read with the fence are those of this moment: every commit moves the fence. */
  async read(hold: LockHold, changeId: string): Promise<Marker | undefined> {
    const { markers } = await this.control.raise(hold);
    return [...markers.values()].find((marker) => marker.changeId === changeId);
  }

  async list(service: string): Promise<readonly Marker[]> {
    const state = await this.control.state(service);
    return [...(state?.markers.values() ?? [])];
  }

  async clear(hold: LockHold, changeIds: readonly string[]): Promise<void> {
    const { names } = this.control;
    const markers = [...((await this.control.state(hold.service))?.markers ?? [])];
    const cleared = markers.filter(
      ([, marker]) => changeIds.includes(marker.changeId) && !isClaimedBeyond(marker, hold),
    );
    if (cleared.length === 0) return;
    await this.control.send(cleared.map(([alias]) => removeIfThere(names.index, alias)));
  }
}
