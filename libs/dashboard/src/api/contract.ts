// What server and pages say to each other. Types and constants alone, so that the pages are built from it too.
import type {
  Actor,
  AlertSummary,
  AuditEntry,
  AuditVerification,
  ChangeDetail,
  ChangeList,
  CircuitStatus,
  ComplianceControl,
  DecisionRecord,
  HistoryPage,
  IssueDetail,
  IssueSummary,
  LiveNews,
  LiveState,
  Overview,
  ResolutionNeed,
  RunDetail,
  RunList,
  ChangeCommand,
} from '@nestjs-flamingock/core';
import type { ActionOffer } from './actions.js';

export * from './actions.js';

/**
 * Routes relative to the path of the dashboard, `/flamingock` by default. Ids are in the query or in the body, never in
 * the path: they hold any characters, `..` and `/` too.
 */
export const ROUTES = {
  page: '',
  /** Files of the page, by their hashed names. */
  assets: 'assets',
  session: 'api/session',
  /** {@link OverviewAnswer} */
  overview: 'api/overview',
  /** `?before=&limit=`: {@link RunList} */
  runs: 'api/runs',
  /** `?seq=`, the number of any entry of the run: {@link RunDetail} */
  run: 'api/run',
  /** `?q=&state=&action=&after=&limit=`, `state` and `action` repeatable: {@link ChangeList} */
  changes: 'api/changes',
  /** `?id=`: {@link ChangeAnswer} */
  change: 'api/change',
  /** {@link IssuesAnswer} */
  issues: 'api/issues',
  /** `?id=`: {@link IssueAnswer} */
  issue: 'api/issue',
  /** `?before=&limit=&q=&state=&changeId=`, `state` repeatable: {@link HistoryPage} */
  history: 'api/history',
  /** A file of JSON lines, the oldest entry first. */
  exportHistory: 'api/history/export',
  /** {@link IntegrityAnswer} */
  integrity: 'api/integrity',
  /** `?from=&to=&control=&format=`: a file. */
  report: 'api/report',
  /** {@link AlertsAnswer} */
  alerts: 'api/alerts',
  /** {@link CircuitsAnswer} */
  circuits: 'api/circuits',
  /** {@link LiveNews} since `?after=`, for pages that get no events. */
  live: 'api/live',
  /** Events, see {@link LiveEvents}. `?after=` or `Last-Event-ID`: the last entry that is known already. */
  events: 'api/events',
  /** POST `api/actions/<action>`, with `?preview` to be told what it would do. */
  actions: 'api/actions',
} as const;

/** Places within the page, for links to it: `#/changes/publish-feed`. Ids in them are percent-encoded. */
export const PAGES = {
  overview: '#/',
  runs: '#/runs',
  /** and `/<seq>`, the number of any entry of the run */
  run: '#/runs/',
  changes: '#/changes',
  change: '#/changes/',
  issues: '#/issues',
  issue: '#/issues/',
  history: '#/history',
  integrity: '#/integrity',
  report: '#/report',
  alerts: '#/alerts',
  circuits: '#/circuits',
} as const;

/** Every answer that is no success, whatever its status. `faults` of a request that makes no sense. */
export interface ErrorAnswer {
  readonly error: {
    /** `FLAMINGOCK_…`, see the list of errors. */
    readonly code: string;
    readonly message: string;
    readonly faults?: readonly { readonly field: string; readonly problem: string }[];
  };
}

/** Who asks, and what is possible at all. */
export interface SessionAnswer {
  readonly service: string;
  /** Version of the library. */
  readonly version: string;
  /** Absent where the application does not say who it is. */
  readonly actor?: Actor;
  /** True where nobody, or this actor, can do anything. */
  readonly isReadOnly: boolean;
  /** Why, as a sentence. */
  readonly whyReadOnly?: string;
  /** Value of {@link CSRF_HEADER}; absent where it is read-only. */
  readonly csrf?: string;
  /** Milliseconds between two requests of a page that gets no events. */
  readonly pollMs: number;
}

/** Answer of `overview`. */
export interface OverviewAnswer {
  readonly overview: Overview;
  /** About the lock, while it is held: `release-lock`. */
  readonly actions: readonly ActionOffer[];
}

/** Answer of `change`. */
export interface ChangeAnswer {
  readonly change: ChangeDetail;
  /** Those that make sense for it as it is. */
  readonly actions: readonly ActionOffer[];
}

/** Answer of `issues`. */
export interface IssuesAnswer {
  readonly issues: readonly IssueSummary[];
}

/** Answer of `issue`; 404 where the change is not known, 409 with the reason where it is no issue any more. */
export interface IssueAnswer {
  readonly issue: IssueDetail;
  readonly resolutions: readonly ResolutionNeed[];
  /** About the change, the oldest first. */
  readonly decisions: readonly DecisionRecord[];
  readonly commands: readonly ChangeCommand[];
  readonly actions: readonly ActionOffer[];
}

/** Answer of `integrity`. The whole chain is walked at most twice a minute, whoever asks. */
export interface IntegrityAnswer {
  readonly verification: AuditVerification;
  /** When it was walked, by the clock of the process: ISO 8601, UTC. */
  readonly verifiedAt: string;
  /** Whether heads are signed, and where they are kept. */
  readonly evidence: { readonly isSigned: boolean; readonly anchors: readonly string[] };
  /** What to type to prove it: with and without signed heads. */
  readonly commands: readonly string[];
}

/** Query of `report`. */
export interface ReportQuery {
  /** A date, or a time with its zone. */
  readonly from?: string;
  readonly to?: string;
  readonly control?: ComplianceControl;
  readonly format?: 'html' | 'json' | 'csv';
}

/** Answer of `alerts`: the newest first, at most 500. */
export interface AlertsAnswer {
  readonly alerts: readonly (AlertSummary & { readonly actions: readonly ActionOffer[] })[];
}

/** Answer of `circuits`. */
export interface CircuitsAnswer {
  readonly circuits: readonly (CircuitStatus & { readonly actions: readonly ActionOffer[] })[];
}

/**
 * Events by name, with what `data` of each is, as JSON. The `id` of each is the `seq` of the last entry that was told,
 * so that a connection which is lost goes on from there. `ping` comes every 15 seconds.
 */
export interface LiveEvents {
  /** At first, and whenever it has changed. */
  readonly state: LiveState;
  /** New entries, the oldest first. */
  readonly entries: readonly AuditEntry[];
  /** More has happened than is told: read everything anew. */
  readonly reset: Record<string, never>;
  readonly ping: Record<string, never>;
}

export type { HistoryPage, ChangeList, RunDetail, RunList, LiveNews, LiveState };
