import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { words } from '../format.js';

/** For how long somebody who types is left alone. */
const TYPING_MS = 350;

/** A field that searches while somebody types. */
export function Search({
  value,
  onSearch,
  label,
}: {
  value: string;
  onSearch: (text: string) => void;
  label: string;
}) {
  const id = useId();
  const [text, setText] = useState(value);
  const searched = useRef(value);
  useEffect(() => {
    // What the page looks for after a search of its own may be older than what was typed since.
    if (value !== searched.current) setText(value);
    searched.current = value;
  }, [value]);
  useEffect(() => {
    if (text === searched.current) return undefined;
    const timer = setTimeout(() => {
      searched.current = text;
      onSearch(text);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        maxLength={200}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </div>
  );
}

/** One of several values, or all. */
export function Choice(props: {
  label: string;
  value: string;
  options: readonly string[];
  onChoose: (value: string) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        onInput={({ currentTarget }) => props.onChoose(currentTarget.value)}
      >
        <option value="">all</option>
        {props.options.map((option) => (
          <option key={option} value={option}>
            {words(option)}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Filters({ children }: { children: ComponentChildren }) {
  return (
    <form class="panel filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {children}
    </form>
  );
}
