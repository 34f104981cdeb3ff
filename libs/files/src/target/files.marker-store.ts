import { FencedError } from '@nestjs-flamingock/core';
import {
  isClaimedBeyond,
  type LockHold,
  type Marker,
  type MarkerStore,
  type TargetFence,
} from '@nestjs-flamingock/core/adapter';
import { RootUnusableError } from '../files.errors.js';
import {
  UnknownStepError,
  type Fence,
  type NextState,
  type State,
  type StateLog,
} from '../state/state-log.js';
import type { StateFolder } from '../state/staging.js';

/** Markers and fences are part of a state, and so of the one step that commits files. */
export class FilesMarkerStore implements MarkerStore {
  constructor(
    private readonly targetSystem: string,
    private readonly log: StateLog,
    private readonly folder: StateFolder,
    private readonly objection: () => Promise<string | undefined>,
  ) {}

  /** @throws RootUnusableError */
  async prepare(): Promise<void> {
    const objection = await this.objection();
    if (objection !== undefined) throw new RootUnusableError(this.targetSystem, objection);
  }

  async look(service: string): Promise<TargetFence | undefined> {
    const fence = fenceOf((await this.log.latest()).state, service);
    return fence && { token: fence.token, owner: fence.owner };
  }

  /** Also removes what former holders have staged and never committed. */
  async claim(hold: LockHold): Promise<void> {
    await this.publish(hold, (state) => withFence(state, this.pass(state, hold)));
    await this.folder.clean(hold);
  }

  async read(hold: LockHold, changeId: string): Promise<Marker | undefined> {
    // The fence is raised first: who began before and commits later meets it.
    const { markers } = await this.publish(hold, (state) => {
      const fence = this.pass(state, hold);
      return withFence(state, { ...fence, reads: fence.reads + 1 });
    });
    return markers.find((marker) => isOf(marker, hold.service, changeId));
  }

  async list(service: string): Promise<readonly Marker[]> {
    const { markers } = (await this.log.latest()).state;
    return markers.filter((marker) => marker.service === service);
  }

  async clear(hold: LockHold, changeIds: readonly string[]): Promise<void> {
    if (changeIds.length === 0) return;
    const isCleared = (marker: Marker): boolean =>
      marker.service === hold.service &&
      changeIds.includes(marker.changeId) &&
      !isClaimedBeyond(marker, hold);
    await this.publish(hold, (state) => ({
      ...state,
      markers: state.markers.filter((marker) => !isCleared(marker)),
    }));
  }

  /** The state with a marker, unless somebody has been told since `readsBefore` that there is none. @throws FencedError */
  withMarker(state: NextState, marker: Marker, readsBefore: number): NextState {
    const fence = this.pass(state, marker);
    if (fence.reads !== readsBefore) throw this.fenced(marker);
    const { service, changeId, executionId, operation, token, owner } = marker;
    const markers = state.markers.filter((one) => !isOf(one, service, changeId));
    return {
      ...withFence(state, fence),
      markers: [...markers, { service, changeId, executionId, operation, token, owner }],
    };
  }

  /** The fence as the hold raises it. @throws FencedError where it is beyond the hold. */
  pass(state: Pick<State, 'fences'>, hold: LockHold): Fence {
    const { service, token, owner } = hold;
    const fence = fenceOf(state, service);
    if (fence && isClaimedBeyond(fence, hold)) throw this.fenced(hold);
    return { service, token, owner, reads: fence?.reads ?? 0 };
  }

  private fenced({ service, token }: LockHold): FencedError {
    return new FencedError(service, token, `target system "${this.targetSystem}"`);
  }

  /** To repeat a step that may have been made does no harm here, so its own failure is what is told. */
  private async publish(hold: LockHold, next: (state: State) => NextState): Promise<State> {
    try {
      return await this.log.publish(this.folder.newName(hold), next);
    } catch (error) {
      throw error instanceof UnknownStepError ? error.cause : error;
    }
  }
}

function fenceOf({ fences }: Pick<State, 'fences'>, service: string): Fence | undefined {
  return fences.find((fence) => fence.service === service);
}

function withFence(state: NextState, fence: Fence): NextState {
  return { ...state, fences: [...state.fences.filter(({ service }) => service !== fence.service), fence] };
}

function isOf(marker: Marker, service: string, changeId: string): boolean {
  return marker.service === service && marker.changeId === changeId;
}
