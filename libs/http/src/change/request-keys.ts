import { currentStep, type ChangeRun } from '@nestjs-flamingock/core/adapter';
import { HttpRequestNameError } from '../http.errors.js';
import { idempotencyKey } from './idempotency-key.js';

/** The key of a request that is about to be sent. */
export interface RequestKey {
  readonly key: string;
  /** To be called once it is answered. */
  readonly done: () => void;
}

const NO_STEP = { name: '', calls: 'work', undone: 0 } as const;

/** Gives the requests of one call of a change's method their idempotency keys: the same ones in each call that repeats it. */
export class RequestKeys {
  private readonly counts = new Map<string, number>();
  private readonly onTheirWay = new Set<string>();

  constructor(private readonly run: ChangeRun) {}

  /**
   * The key of the next request.
   *
   * @param request its method and path
   * @throws HttpRequestNameError where it could not be told from another one.
   */
  next(request: string, name: string | undefined): RequestKey {
    const { service, changeId, origin = this.run.executionId } = this.run;
    const { name: step, calls, undone } = currentStep() ?? NO_STEP;
    const place = JSON.stringify([step, calls, undone, request, ...(name === undefined ? [] : [name])]);
    const count = (this.counts.get(place) ?? 0) + 1;
    const isTwice = name === undefined ? this.onTheirWay.has(place) : count > 1;
    if (isTwice) throw new HttpRequestNameError(changeId, request, name);
    this.counts.set(place, count);
    this.onTheirWay.add(place);
    const key = idempotencyKey({
      service,
      changeId,
      origin,
      step,
      calls,
      undone,
      request,
      number: name ?? count,
    });
    return { key, done: () => this.onTheirWay.delete(place) };
  }
}
