// For applications, a part of the main entry: what people who look after changes are shown.

export type { HistoryPage, HistoryPageRequest } from './operations/history-page.js';
export type { RunChange, RunDetail, RunList, RunListRequest, RunSummary } from './operations/runs.js';
export type { ChangeList, ChangeListRequest, ChangeSummary } from './operations/change-list.js';
export type { ChangeCommand } from './operations/change-commands.js';
export type { ChangeDetail, ResolutionNeed } from './operations/change-detail.js';
export type { AwaitedApproval, Overview } from './operations/overview.js';
export type { LiveNews, LiveRequest, LiveState } from './operations/live.js';
export { OutdatedRequestError, UnknownRunError } from './operations/view.errors.js';
export type { ChangeOperations } from './nest/facade/change-operations.js';
export type { RunOperations } from './nest/facade/run-operations.js';
