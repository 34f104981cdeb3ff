import { FencedError } from '@nestjs-flamingock/core';
import { isClaimedBeyond, type LockHold, type Marker } from '@nestjs-flamingock/core/adapter';

/** The last hold that has claimed the target for a service, and how often markers were read behind it. */
export interface Fence extends LockHold {
  readonly reads: number;
}

/** Which version an object had before a change: its id, `null` where there was none. Absent where the bucket has no versions. */
type Previous = string | null;

/** What a change does to one object. Both can be repeated. */
export type Operation =
  | {
      readonly kind: 'put';
      /** Whole key of the object. */
      readonly key: string;
      /** Whole key of the staged object that becomes its content. */
      readonly source: string;
      readonly storageClass?: string;
      readonly previous?: Previous;
    }
  | {
      readonly kind: 'delete';
      readonly key: string;
      /** Of the object as it was at the commit. Absent where the store ignores the condition. */
      readonly etag?: string;
      readonly previous?: Previous;
    };

/** Where the versions are written down that a change has replaced. */
export interface Recorded {
  readonly service: string;
  readonly changeId: string;
  /** Of its manifest. */
  readonly number: number;
}

/** What every manifest passes on to the next. */
export interface State {
  readonly fences: readonly Fence[];
  readonly markers: readonly Marker[];
  readonly recorded: readonly Recorded[];
}

/** One step of a target. Written once, under a number of its own, and never altered; the highest number counts. */
export interface Manifest extends State {
  readonly format: typeof FORMAT;
  readonly number: number;
  /** Tells this write from every other of the same number. */
  readonly writer: string;
  /** Begin of the keys of its staged objects, of which the last goes once all operations are done. */
  readonly folder?: string;
  readonly operations: readonly Operation[];
}

/** Of manifests as this version writes them. */
export const FORMAT = 1;

/** Before the first. */
export const EMPTY: Manifest = {
  format: FORMAT,
  number: 0,
  writer: '',
  operations: [],
  fences: [],
  markers: [],
  recorded: [],
};

/** The fence of the service with this hold on it. @throws FencedError if it is beyond the hold */
export function passFence(state: State, { service, token, owner }: LockHold, target: string): Fence {
  const fence = fenceOf(state, service);
  if (fence && isClaimedBeyond(fence, { token, owner })) throw new FencedError(service, token, target);
  return { service, token, owner, reads: fence?.reads ?? 0 };
}

/** The fence of a service as it stands. */
export function fenceOf(state: State, service: string): Fence | undefined {
  return state.fences.find((fence) => fence.service === service);
}

/** The state with this fence in place of the one before. */
export function withFence({ fences, markers, recorded }: State, fence: Fence): State {
  return { markers, recorded, fences: [...fences.filter(({ service }) => service !== fence.service), fence] };
}

/** The state with this marker in place of the one before. */
export function withMarker(state: State, marker: Marker): State {
  return { ...state, markers: [...state.markers.filter((one) => !isOf(marker, one)), marker] };
}

/** The state with the place where this change has written down what it replaced. */
export function withRecorded(state: State, entry: Recorded): State {
  return { ...state, recorded: [...state.recorded.filter((one) => !isOf(entry, one)), entry] };
}

/** Whether both are of the same change of the same service. */
export function isOf(
  one: Readonly<Record<'service' | 'changeId', string>>,
  other: Readonly<Record<'service' | 'changeId', string>>,
): boolean {
  return one.service === other.service && one.changeId === other.changeId;
}
