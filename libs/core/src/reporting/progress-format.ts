import { percentOf, type ChangeProgress } from '../change/change-progress.js';

const SECOND_MS = 1_000;
const MINUTE_S = 60;
const HOUR_MIN = 60;

/** A time in words, as exact as a person needs it: `8 s`, `12 min`, `2 h 5 min`. */
export function describeDuration(ms: number): string {
  const seconds = Math.round(ms / SECOND_MS);
  if (seconds < 2 * MINUTE_S) return `${seconds} s`;
  const minutes = Math.round(seconds / MINUTE_S);
  if (minutes < 2 * HOUR_MIN) return `${minutes} min`;
  const rest = minutes % HOUR_MIN;
  return `${Math.floor(minutes / HOUR_MIN)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** How far a change has come after so many milliseconds: `37 % (370 of 1,000), 31/s, 20 s left: sku`. */
export function describeProgress(progress: ChangeProgress, runningMs: number): string {
  const { done, total, note } = progress;
  const percent = percentOf(progress);
  const amount =
    total === undefined ? `${count(done)} done` : `${percent} % (${count(done)} of ${count(total)})`;
  const facts = [amount, ...paceOf(progress, runningMs)].join(', ');
  return note === undefined || note === '' ? facts : `${facts}: ${note}`;
}

/** Nothing where it is too early to tell. */
function paceOf({ done, total }: ChangeProgress, runningMs: number): string[] {
  if (done === 0 || runningMs < SECOND_MS) return [];
  const perSecond = (done / runningMs) * SECOND_MS;
  const pace = perSecond >= 1 ? `${count(perSecond)}/s` : `${count(perSecond * MINUTE_S)}/min`;
  if (total === undefined || done >= total) return [pace];
  return [pace, `${describeDuration(((total - done) / perSecond) * SECOND_MS)} left`];
}

function count(amount: number): string {
  return amount.toLocaleString('en-US', { maximumFractionDigits: amount < 10 ? 1 : 0 });
}
