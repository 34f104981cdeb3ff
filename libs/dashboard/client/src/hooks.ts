import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../src/api/contract.js';
import { urlOf, type Query, type RequestError } from './http.js';
import { Live, type LiveView } from './live.js';
import { Reader } from './reader.js';

/** The one connection of the page. */
export const LiveContext = createContext(new Live());

/** Who reads the page. */
export const SessionContext = createContext<SessionAnswer | undefined>(undefined);

/** Says that something was done. */
export const NoteContext = createContext<(text: string, tone: 'ok' | 'bad') => void>(() => undefined);

/** The present, kept up to date. */
export function useLive(): LiveView {
  const live = useContext(LiveContext);
  const [view, setView] = useState(live.current);
  useEffect(() => {
    setView(live.current);
    return live.subscribe(setView);
  }, [live]);
  return view;
}

/** The moment, in milliseconds since 1970, as often as texts about it change. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** An answer of the server. What was read before stays while it is read anew, or cannot be. */
export interface Resource<T> {
  readonly data?: T;
  readonly error?: RequestError;
  readonly reload: () => void;
}

interface Read<T> {
  readonly url: string;
  readonly data?: T;
  readonly error?: RequestError;
}

/** Reads a route, again whenever something has changed, and every `everyMs` if that is given. */
export function useResource<T>(route: string, query?: Query, everyMs = 0): Resource<T> {
  const live = useContext(LiveContext);
  const url = urlOf(route, query);
  const [read, setRead] = useState<Read<T>>({ url });
  const reader = useRef<Reader<T>>(undefined);
  useEffect(() => {
    const own = new Reader<T>(url, everyMs, (reading) =>
      setRead((before) => ({ ...(before.url === url && 'error' in reading && before), url, ...reading })),
    );
    reader.current = own;
    own.want();
    let { version } = live.current;
    const unsubscribe = live.subscribe((view) => {
      if (view.version !== version) own.wantSoon();
      version = view.version;
    });
    return () => {
      unsubscribe();
      own.stop();
    };
  }, [url, everyMs, live]);
  const reload = (): void => reader.current?.want();
  return read.url === url ? { ...read, reload } : { reload };
}
