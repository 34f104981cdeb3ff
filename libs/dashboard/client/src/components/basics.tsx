import type { ComponentChildren } from 'preact';
import { fullTime, nearTime, shortHash, shortTime, toneOf, words, type Tone } from '../format.js';
import { useNow } from '../hooks.js';
import { hrefTo } from '../router.js';

/** A state, action or verdict, in words and colour. */
export function Badge({ state, tone }: { state: string; tone?: Tone }) {
  return <span class={`badge ${tone ?? toneOf(state)}`}>{words(state)}</span>;
}

/** A moment in the reader's own zone; pointing at it shows it in full. */
export function Moment({ at, near = false }: { at: string | number; near?: boolean }) {
  const now = useNow();
  const moment = new Date(at);
  const dateTime = Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
  return (
    <time dateTime={dateTime} title={fullTime(at)}>
      {near ? nearTime(at, now) : shortTime(at)}
    </time>
  );
}

/** A name of the application's own: any characters, which must not turn the text around them. */
export function Name({ children }: { children: string }) {
  return <bdi class="name">{children}</bdi>;
}

/** A text that may have lines of its own. */
export function Text({ children }: { children: string }) {
  return (
    <p class="text">
      <bdi>{children}</bdi>
    </p>
  );
}

/** A sentence of guidance: what is between backquotes is to be typed. */
export function Prose({ children }: { children: string }) {
  const parts = children.split('`');
  return (
    <bdi>{parts.map((part, at) => (at % 2 === 1 && at < parts.length - 1 ? <code>{part}</code> : part))}</bdi>
  );
}

/** A digest, of which the first digits are shown. */
export function Hash({ children }: { children: string }) {
  return (
    <code title={children} class="name">
      {shortHash(children)}
    </code>
  );
}

export function ChangeLink({ id, issue = false }: { id: string; issue?: boolean }) {
  return (
    <a class="name" href={hrefTo(issue ? 'issues' : 'changes', id)}>
      <bdi>{id}</bdi>
    </a>
  );
}

export function RunLink({ seq, children }: { seq: number; children: ComponentChildren }) {
  return <a href={hrefTo('runs', String(seq))}>{children}</a>;
}

/** Part of a page, under a heading. `end`: what stands at the end of that line. */
export function Panel(props: { title: string; end?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{props.title}</h2>
        {props.end !== undefined && <div>{props.end}</div>}
      </div>
      {props.children}
    </section>
  );
}

/** Names and values; a value that is absent is left out with its name. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of.map(
        ([name, value]) =>
          value !== undefined &&
          value !== false &&
          value !== '' && (
            <>
              <dt>{name}</dt>
              <dd>{typeof value === 'string' ? <Name>{value}</Name> : value}</dd>
            </>
          ),
      )}
    </dl>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** Something that readers must not miss. */
export function Notice({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <div class={`notice ${tone}`}>{children}</div>;
}

/** The heading of a page, with what belongs beside it. */
export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="page-head">
      <h1 tabIndex={-1}>
        <bdi>{title}</bdi>
      </h1>
      {children}
    </div>
  );
}
