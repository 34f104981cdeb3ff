import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ROUTES, type SessionAnswer } from '../../src/api/contract.js';
import { Empty, PageHead } from './components/basics.js';
import { Failure } from './components/loaded.js';
import { Note, type NoteText } from './components/note.js';
import { Shell } from './components/shell.js';
import { LiveContext, NoteContext, SessionContext, useResource } from './hooks.js';
import { Live } from './live.js';
import { Page } from './pages/page.js';
import { hrefTo, routeOf, type Route } from './router.js';

const live = new Live();

/** The dashboard. */
export function App() {
  return (
    <LiveContext.Provider value={live}>
      <Dashboard />
    </LiveContext.Provider>
  );
}

function Dashboard() {
  const route = useRoute();
  const { data: session, error, reload } = useResource<SessionAnswer>(ROUTES.session);
  const [note, setNote] = useState<NoteText>();
  useEffect(() => {
    if (session) live.start(session.pollMs);
  }, [session?.pollMs]);
  useEffect(() => setNote(undefined), [route]);
  useFocusOnPage(route, session?.service);
  return (
    <SessionContext.Provider value={session}>
      <NoteContext.Provider value={(text, tone) => setNote({ text, tone })}>
        <Shell route={route}>
          {error && !session && (
            <>
              <PageHead title="Flamingock" />
              <Failure error={error} reload={reload} />
            </>
          )}
          {session && <Page route={route} />}
          {!session && !error && <Empty>Loading …</Empty>}
        </Shell>
        <Note note={note} onClose={() => setNote(undefined)} />
      </NoteContext.Provider>
    </SessionContext.Provider>
  );
}

function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = (): void => setRoute(routeOf(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

/** A page that replaces another is read from its heading on, as if the browser had loaded it. */
function useFocusOnPage({ page, id }: Route, service: string | undefined): void {
  const key = page === 'not-found' ? page : hrefTo(page, id);
  const shown = useRef(key);
  // At once: later, it would take the focus from where the reader has moved it meanwhile.
  useLayoutEffect(() => {
    const heading = document.querySelector<HTMLElement>('main h1');
    document.title = [heading?.textContent, service ?? 'Flamingock'].filter(Boolean).join(' · ');
    if (shown.current === key) return;
    shown.current = key;
    scrollTo(0, 0);
    heading?.focus({ preventScroll: true });
  }, [key, service]);
}
