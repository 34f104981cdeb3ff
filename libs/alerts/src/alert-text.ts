import type { AlertMessage } from '@nestjs-flamingock/core';

/** Longest text and longest step in a message for people, in UTF-16 code units: chats refuse long ones. */
const LONGEST_TEXT = 2_000;
const LONGEST_STEP = 1_000;

/** What could move the cursor, end a line, or turn the direction of what follows. Tab and line feed stay. */
const CONTROLS = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;

/** A message in parts, for people. No part holds control characters. */
export interface AlertText {
  /** On one line. */
  readonly title: string;
  readonly text: string;
  /** Numbered. */
  readonly steps: readonly string[];
  /** What to type next; empty where there is nothing. */
  readonly command: string;
  readonly link: string | undefined;
  /** Names alert and service, on one line. */
  readonly footer: string;
}

/** What a message says to people. */
export function textOf({ title, text, guidance, command, link, alertId, service }: AlertMessage): AlertText {
  return {
    title: line(`[${service}] ${title}`),
    text: cut(plain(text), LONGEST_TEXT),
    steps: guidance.map((step, index) => `${index + 1}. ${cut(plain(step), LONGEST_STEP)}`),
    command: line(command),
    link: link === undefined ? undefined : line(link),
    footer: line(`Alert ${alertId} of service "${service}"`),
  };
}

/** The parts as one text, a paragraph each. */
export function paragraphs({ title, text, steps, command, link, footer }: AlertText): string {
  const next = command === '' ? '' : `Next: ${command}`;
  const more = link === undefined ? '' : `More: ${link}`;
  return [title, text, steps.join('\n'), next, more, footer].filter((part) => part !== '').join('\n\n');
}

/** The text without control characters, on as many lines as it has. */
function plain(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(CONTROLS, (control) => ('\n\t'.includes(control) ? control : '\uFFFD'));
}

/** The text on one line. */
function line(text: string): string {
  return plain(text).replace(/\s+/g, ' ').trim();
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
