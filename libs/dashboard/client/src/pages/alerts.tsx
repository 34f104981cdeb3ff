import { ROUTES, type AlertsAnswer } from '../../../src/api/contract.js';
import { Actions } from '../components/actions.js';
import { Badge, ChangeLink, Empty, Moment, Name, PageHead, Panel, Text } from '../components/basics.js';
import { Command } from '../components/command.js';
import { Loaded } from '../components/loaded.js';
import { count } from '../format.js';
import { useResource } from '../hooks.js';

/** Deliveries change without an entry or a decision. */
const EVERY_MS = 15_000;

type Alert = AlertsAnswer['alerts'][number];

/** What people were told, and whether it has reached them. */
export function AlertsPage() {
  const alerts = useResource<AlertsAnswer>(ROUTES.alerts, undefined, EVERY_MS);
  return (
    <>
      <PageHead title="Alerts" />
      <Loaded of={alerts}>
        {({ alerts: all }) => (
          <div class="stack">
            <Alerts title="Open" of={all.filter(({ resolvedAt }) => resolvedAt === undefined)} />
            <Alerts title="Resolved" of={all.filter(({ resolvedAt }) => resolvedAt !== undefined)} />
          </div>
        )}
      </Loaded>
    </>
  );
}

function Alerts({ title, of }: { title: string; of: readonly Alert[] }) {
  return (
    <Panel title={`${title}: ${count(of.length)}`}>
      {of.length === 0 ? (
        <Empty>None.</Empty>
      ) : (
        <ul class="rows">
          {of.map((alert) => (
            <li key={alert.id}>
              <AlertRow alert={alert} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Kinds whose subject is a change. */
const ABOUT_CHANGES = ['issue', 'run-failed', 'take-over', 'drift', 'approval-wanted', 'emergency-run'];

function AlertRow({ alert }: { alert: Alert }) {
  const { id, kind, subject, title, text, command, openedAt, resolvedAt, resent, deliveries, actions } =
    alert;
  const isOpen = resolvedAt === undefined;
  return (
    <div class="stack">
      <div class="line">
        <Badge state={kind} tone={isOpen ? 'bad' : 'plain'} />
        <strong>
          <Name>{title}</Name>
        </strong>
        <span class="muted">
          <Moment at={openedAt} near />
          {!isOpen && (
            <>
              , resolved <Moment at={resolvedAt} near />
            </>
          )}
        </span>
        {ABOUT_CHANGES.includes(kind) && subject !== '' && (
          <ChangeLink id={subject} issue={kind === 'issue'} />
        )}
      </div>
      <Text>{text}</Text>
      {isOpen && command !== '' && <Command>{command}</Command>}
      <Deliveries of={deliveries} />
      {resent && (
        <p class="muted">
          Sent again <Moment at={resent.at} near />
          {resent.actor && (
            <>
              {' '}
              by <Name>{resent.actor.name}</Name>
            </>
          )}
        </p>
      )}
      {resent?.reason !== undefined && <Text>{resent.reason}</Text>}
      <Actions offers={actions} subject={{ alertId: id }} />
    </div>
  );
}

function Deliveries({ of }: { of: Alert['deliveries'] }) {
  if (of.length === 0) return <p class="muted">It was not sent yet.</p>;
  return (
    <ul class="steps">
      {of.map(({ channel, message, state, attempts, at, error }) => (
        <li key={`${channel} ${message}`}>
          <Name>{channel}</Name>, {message}: <Badge state={state} /> <Moment at={at} near />
          {attempts > 1 && `, ${count(attempts)} attempts`}
          {error !== undefined && <Text>{error}</Text>}
        </li>
      ))}
    </ul>
  );
}
