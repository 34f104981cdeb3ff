import { live, type LiveNews, type LiveRequest } from '../../operations/live.js';
import { runGet, runList, type RunDetail, type RunList, type RunListRequest } from '../../operations/runs.js';
import type { EngineHost } from '../engine-host.js';

/** What was done, and what goes on: `flamingock.runs`. Nothing here takes a lock or writes. */
export class RunOperations {
  constructor(private readonly host: EngineHost) {}

  /**
   * Runs and operations that have recorded anything, the newest first, page by page.
   *
   * @throws InvalidRequestError
   */
  async list(request?: RunListRequest): Promise<RunList> {
    return runList(await this.host.engine(), request);
  }

  /**
   * The run or operation that has recorded an entry.
   *
   * @param seq Number of the entry.
   * @throws InvalidRequestError; UnknownRunError where there is no such entry.
   */
  async get(seq: number): Promise<RunDetail> {
    return runGet(await this.host.engine(), seq);
  }

  /**
   * What goes on at this moment in whichever process, and what was recorded since an entry: for those who ask again and
   * again. It takes three to five small queries.
   *
   * @throws InvalidRequestError
   */
  async live(request?: LiveRequest): Promise<LiveNews> {
    return live(await this.host.engine(), request);
  }
}
