import { changeGet, type ChangeDetail } from '../../operations/change-detail.js';
import { changeList, type ChangeList, type ChangeListRequest } from '../../operations/change-list.js';
import type { EngineHost } from '../engine-host.js';

/** The changes that code or history knows: `flamingock.changes`. Nothing here takes a lock or writes. */
export class ChangeOperations {
  constructor(private readonly host: EngineHost) {}

  /**
   * Where each change stands, page by page: those of the code in pipeline order, then those that it no longer has.
   *
   * @throws InvalidRequestError, LedgerTamperedError
   */
  async list(request?: ChangeListRequest): Promise<ChangeList> {
    return changeList(await this.host.engine(), request);
  }

  /**
   * All that is known about one change: its history, what was decided about it, what it waits for, what to type.
   *
   * @throws UnknownChangeError, LedgerTamperedError
   */
  async get(changeId: string): Promise<ChangeDetail> {
    return changeGet(await this.host.engine(), changeId);
  }
}
