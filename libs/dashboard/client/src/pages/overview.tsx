import { ROUTES, type OverviewAnswer } from '../../../src/api/contract.js';
import {
  Badge,
  ChangeLink,
  Empty,
  Facts,
  Moment,
  Name,
  Notice,
  PageHead,
  Panel,
  Text,
} from '../components/basics.js';
import { CircuitRows } from '../components/circuit-rows.js';
import { IssueRows } from '../components/issue-rows.js';
import { Loaded } from '../components/loaded.js';
import { LockPanel } from '../components/lock-panel.js';
import { RunTable } from '../components/run-table.js';
import { count } from '../format.js';
import { useResource } from '../hooks.js';
import { hrefTo } from '../router.js';

/** Circuits and alerts change without an entry or a decision. */
const EVERY_MS = 30_000;

type Overview = OverviewAnswer['overview'];

/** Where the service stands. */
export function OverviewPage() {
  const overview = useResource<OverviewAnswer>(ROUTES.overview, undefined, EVERY_MS);
  return (
    <>
      <PageHead title="Overview">{overview.data && <Standing of={overview.data.overview} />}</PageHead>
      <Loaded of={overview}>
        {({ overview: one, actions }) => (
          <div class="stack">
            <Numbers of={one} />
            {one.issues.length > 0 && (
              <Panel title="Issues" end={<a href={hrefTo('issues')}>All issues</a>}>
                <IssueRows issues={one.issues.slice(0, 5)} />
              </Panel>
            )}
            <div class="columns">
              <LockPanel lock={one.lock} offers={actions} />
              <Pending of={one} />
            </div>
            <Approvals of={one} />
            <Emergencies of={one} />
            {one.circuits.length > 0 && (
              <Panel
                title="Target systems that have failed"
                end={<a href={hrefTo('circuits')}>All circuits</a>}
              >
                <CircuitRows circuits={one.circuits} />
              </Panel>
            )}
            <Differences of={one} />
            <Panel title="Last runs" end={<a href={hrefTo('runs')}>All runs</a>}>
              {one.runs.length > 0 ? <RunTable runs={one.runs} /> : <Empty>Nothing was recorded yet.</Empty>}
            </Panel>
          </div>
        )}
      </Loaded>
    </>
  );
}

function Standing({ of: { issues, changes, isSettled, lock } }: { of: Overview }) {
  if (issues.length > 0) return <Badge tone="bad" state="a person is needed" />;
  if (lock.held) return <Badge tone="warn" state="at work" />;
  if (changes.pending > 0) return <Badge tone="warn" state="pending" />;
  return <Badge tone="ok" state={isSettled ? 'settled' : 'nothing to do'} />;
}

function Numbers({ of: { changes, head, issues } }: { of: Overview }) {
  const numbers = [
    [changes.applied, 'applied', 'plain', hrefTo('changes')],
    [changes.pending, 'pending', changes.pending > 0 ? 'warn' : 'plain', hrefTo('changes')],
    [
      issues.length,
      issues.length === 1 ? 'issue' : 'issues',
      issues.length > 0 ? 'bad' : 'plain',
      hrefTo('issues'),
    ],
    [head?.seq ?? 0, 'entries of history', 'plain', hrefTo('history')],
  ] as const;
  return (
    <section class="panel numbers" aria-label="In numbers">
      {numbers.map(([number, what, tone, href]) => (
        <div class="number" key={what}>
          <b class={tone === 'plain' ? undefined : tone}>{count(number)}</b>
          <a href={href}>{what}</a>
        </div>
      ))}
    </section>
  );
}

function Pending({ of: { pending, changes } }: { of: Overview }) {
  const isCut = changes.pending + changes.blocked > pending.length;
  return (
    <Panel title="What the next run does" end={<a href={hrefTo('changes')}>All changes</a>}>
      {pending.length === 0 ? (
        <Empty>Nothing: all changes of the code are applied.</Empty>
      ) : (
        <ol class="rows">
          {pending.map(({ changeId, action, reason, targetSystem }) => (
            <li key={changeId}>
              <div class="line">
                <ChangeLink id={changeId} />
                {action && <Badge state={action} />}
                <span class="muted">
                  on <Name>{targetSystem}</Name>
                </span>
              </div>
              {reason !== undefined && <Text>{reason}</Text>}
            </li>
          ))}
        </ol>
      )}
      {isCut && <p class="why">There are more than are shown here.</p>}
    </Panel>
  );
}

function Approvals({ of: { approvals } }: { of: Overview }) {
  if (approvals.length === 0) return null;
  return (
    <Panel title="Approvals that are wanted">
      <ul class="rows">
        {approvals.map(({ changeId, need, missing, approvedBy, rejectedBy, author }) => (
          <li key={changeId} class="line">
            <ChangeLink id={changeId} />
            <span class="warn">
              {missing} of {need.count} missing
            </span>
            {need.groups && <Name>{`from ${need.groups.join(' or ')}`}</Name>}
            {approvedBy.length > 0 && (
              <Name>{`approved by ${approvedBy.map(({ by }) => by).join(', ')}`}</Name>
            )}
            {rejectedBy.length > 0 && (
              <Name>{`rejected by ${rejectedBy.map(({ by }) => by).join(', ')}`}</Name>
            )}
            <span class="muted">
              written by <Name>{author}</Name>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Emergencies({ of: { emergencies } }: { of: Overview }) {
  if (emergencies.length === 0) return null;
  return (
    <Panel title="Ran without approval, and not reviewed">
      <ul class="rows">
        {emergencies.map(({ changeId, emergency, recordedAt }) => (
          <li key={changeId}>
            <div class="line">
              <ChangeLink id={changeId} />
              <Moment at={recordedAt} near />
            </div>
            <Text>{emergency}</Text>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Differences({ of: { edited, unknown } }: { of: Overview }) {
  if (edited.length === 0 && unknown.length === 0) return null;
  const links = (ids: readonly string[]) => (
    <span class="line">
      {ids.map((id) => (
        <ChangeLink key={id} id={id} />
      ))}
    </span>
  );
  return (
    <Notice tone="warn">
      <Facts
        of={[
          ['edited since they were applied', edited.length > 0 && links(edited)],
          ['applied, and not in the code any more', unknown.length > 0 && links(unknown)],
        ]}
      />
    </Notice>
  );
}
