import type { ComponentChildren } from 'preact';
import { Empty, PageHead } from '../components/basics.js';
import { hrefTo, type Route } from '../router.js';
import { AlertsPage } from './alerts.js';
import { ChangePage } from './change.js';
import { ChangesPage } from './changes.js';
import { CircuitsPage } from './circuits.js';
import { HistoryPage } from './history.js';
import { IntegrityPage } from './integrity.js';
import { IssuePage } from './issue.js';
import { IssuesPage } from './issues.js';
import { OverviewPage } from './overview.js';
import { ReportPage } from './report.js';
import { RunPage } from './run.js';
import { RunsPage } from './runs.js';

/** The page of an address. */
export function Page({ route }: { route: Route }): ComponentChildren {
  const { page, id, query } = route;
  switch (page) {
    case 'overview':
      return <OverviewPage />;
    case 'runs':
      return id === undefined ? <RunsPage query={query} /> : <RunPage key={id} seq={id} />;
    case 'changes':
      return id === undefined ? <ChangesPage query={query} /> : <ChangePage key={id} id={id} />;
    case 'issues':
      return id === undefined ? <IssuesPage /> : <IssuePage key={id} id={id} />;
    case 'history':
      return <HistoryPage query={query} />;
    case 'integrity':
      return <IntegrityPage />;
    case 'report':
      return <ReportPage />;
    case 'alerts':
      return <AlertsPage />;
    case 'circuits':
      return <CircuitsPage />;
    case 'not-found':
      return (
        <>
          <PageHead title="There is no such page" />
          <Empty>
            Go to the <a href={hrefTo('overview')}>overview</a>.
          </Empty>
        </>
      );
  }
}
