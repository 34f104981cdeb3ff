import stringWidth from 'string-width';
import type { Section } from './section.js';

/** A section in Markdown that reads well as plain text, too. */
export function formatSection({ title, head, rows, aims }: Section): string {
  const verdicts = aims.map(({ aim, found, met }) => `- ${aim}: ${found}, ${met ? 'met' : 'NOT met'}`);
  return [`## ${title}`, '', ...table(head, rows), ...(aims.length > 0 ? ['', ...verdicts] : []), ''].join(
    '\n',
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => stringWidth(row[column] ?? ''))),
  );
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => pad(row[column] ?? '', width, column > 0)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column > 0 ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2),
  );
  return [line(head), `|${rule.join('|')}|`, ...rows.map(line)];
}

function pad(text: string, width: number, toTheRight: boolean): string {
  const space = ' '.repeat(width - stringWidth(text));
  return toTheRight ? space + text : text + space;
}
