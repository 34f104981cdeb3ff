import type { ComponentChildren } from 'preact';
import { useContext, useRef, useState } from 'preact/hooks';
import { SessionContext, useLive } from '../hooks.js';
import type { Connection } from '../live-news.js';
import { hrefTo, type PageName, type Route } from '../router.js';
import { Name } from './basics.js';
import { Shortcuts } from './shortcuts.js';

const NAV: readonly (readonly [PageName, string])[] = [
  ['overview', 'Overview'],
  ['runs', 'Runs'],
  ['changes', 'Changes'],
  ['issues', 'Issues'],
  ['history', 'History'],
  ['integrity', 'Integrity'],
  ['report', 'Report'],
  ['alerts', 'Alerts'],
  ['circuits', 'Circuits'],
];

const CONNECTIONS: Readonly<Record<Connection, readonly [text: string, title: string]>> = {
  connecting: ['connecting', 'The page connects to the application.'],
  events: ['live', 'What happens is shown as it happens.'],
  polling: ['polling', 'There are no events now: the page asks every few seconds.'],
  lost: ['no connection', 'The application does not answer. What is shown is what was read last.'],
};

/** What is around every page. */
export function Shell({ route, children }: { route: Route; children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const session = useContext(SessionContext);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="top">
        <div class="brand">
          <Name>{session?.service ?? 'Flamingock'}</Name>
        </div>
        <nav class="nav" aria-label="Pages">
          {NAV.map(([page, name]) => (
            <a key={page} href={hrefTo(page)} aria-current={route.page === page ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <div class="top-end">
          <LiveDot />
          {session && <Who />}
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      <footer class="foot">
        Flamingock for Nest{session && ` ${session.version}`} ·{' '}
        <button type="button" class="link" onClick={() => setHelpOpen(true)}>
          Keyboard shortcuts
        </button>
      </footer>
      <Shortcuts isOpen={isHelpOpen} onOpen={() => setHelpOpen(true)} onClose={() => setHelpOpen(false)} />
    </>
  );
}

function LiveDot() {
  const { connection } = useLive();
  const [text, title] = CONNECTIONS[connection];
  return (
    <span role="status" title={title} class={connection === 'lost' ? 'bad' : undefined}>
      <span class={`live-dot${connection === 'events' ? ' on' : ''}`} />
      {text}
    </span>
  );
}

function Who() {
  const session = useContext(SessionContext);
  return (
    <span>
      {session?.actor && <Name>{session.actor.name}</Name>}
      {session?.isReadOnly === true && (
        <span class="badge" title={session.whyReadOnly}>
          read-only
        </span>
      )}
    </span>
  );
}
