/** How a state is shown: its colour says the same as its words. */
export type Tone = 'ok' | 'warn' | 'bad' | 'plain';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A date and time in the reader's own language and zone. */
export function shortTime(value: string | number): string {
  return formatted(value, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The same moment in full, with its zone, and as the audit store has it. */
export function fullTime(value: string | number): string {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return String(value);
  return `${formatted(value, { dateStyle: 'full', timeStyle: 'long' })} (${moment.toISOString()})`;
}

/** How long ago, or ahead, a moment is; a day away and more it is a date. */
export function nearTime(value: string | number, now: number): string {
  const distance = new Date(value).getTime() - now;
  const size = Math.abs(distance);
  if (!(size < DAY)) return shortTime(value);
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  if (size < MINUTE) return relative.format(Math.trunc(distance / 1_000), 'second');
  if (size < HOUR) return relative.format(Math.trunc(distance / MINUTE), 'minute');
  return relative.format(Math.trunc(distance / HOUR), 'hour');
}

/** A length of time: `850 ms`, `2.4 s`, `3 min 20 s`, `5 h 2 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${count(Math.round(ms))} ms`;
  if (ms < MINUTE)
    return `${new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(ms / 1_000)} s`;
  if (ms < HOUR) return pair(ms, MINUTE, 'min', 1_000, 's');
  return pair(ms, HOUR, 'h', MINUTE, 'min');
}

export function count(value: number): string {
  return new Intl.NumberFormat().format(value);
}

/** A state or action in words: `EXECUTION_FAILED` is `execution failed`. */
export function words(state: string): string {
  return state.toLowerCase().replaceAll(/[_-]/g, ' ');
}

const TONES: Readonly<Record<string, Tone>> = {
  EXECUTED: 'ok',
  MANUAL_MARKED_AS_EXECUTED: 'ok',
  SKIP: 'ok',
  delivered: 'ok',
  closed: 'ok',
  done: 'ok',
  applied: 'ok',
  STARTED: 'warn',
  WAIT: 'warn',
  RECONCILE: 'warn',
  'half-open': 'warn',
  waiting: 'warn',
  'may-have-begun': 'warn',
  partial: 'warn',
  unknown: 'warn',
  EXECUTION_FAILED: 'bad',
  ROLLBACK_FAILED: 'bad',
  MANUAL_INTERVENTION: 'bad',
  open: 'bad',
  dead: 'bad',
  failed: 'bad',
};

/** The tone of a state, an action or a verdict; a later version's own is plain. */
export function toneOf(state: string): Tone {
  return Object.hasOwn(TONES, state) ? (TONES[state] ?? 'plain') : 'plain';
}

/** The first digits of a digest, which tell it from others at a glance. */
export function shortHash(hash: string): string {
  return hash.length > 14 ? `${hash.slice(0, 12)}…` : hash;
}

function formatted(value: string | number, options: Intl.DateTimeFormatOptions): string {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return String(value);
  return new Intl.DateTimeFormat(undefined, options).format(moment);
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${count(Math.floor(ms / large))} ${largeUnit}${rest > 0 ? ` ${rest} ${smallUnit}` : ''}`;
}
