import type { Job, Participant } from '../participant.js';
import { openFlamingock } from './flamingock.js';
import { applying } from './open-application.js';
import { QueryCounter } from './query-counter.js';

/** What a member of a fleet tells. */
export interface MemberDetails {
  readonly status: unknown;
  readonly queries: number;
}

/** One of many instances of the same application; tells how many queries it has sent. */
export async function open(job: Job): Promise<Participant> {
  const counter = new QueryCounter();
  const { apply, close } = applying(await openFlamingock(job, undefined, counter));
  return {
    apply: async (): Promise<MemberDetails> => {
      const before = counter.queries;
      const status = await apply();
      return { status, queries: counter.queries - before };
    },
    close,
  };
}
