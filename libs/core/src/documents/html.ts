/** Controls, and what reorders text: neither belongs into a name or a sentence. */
const UNSAFE = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;
const MARKUP = /[&<>"']/g;

/** Text of any origin, for content and attributes in quotes. */
export function escaped(text: string): string {
  return text.replace(UNSAFE, '\ufffd').replace(MARKUP, (char) => `&#${char.charCodeAt(0)};`);
}

/** Cells of one row; what they hold is HTML. */
export function row(cells: readonly string[], tag: 'td' | 'th' = 'td'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>\n`;
}

/** A list of names and what is said of each, which is HTML. */
export function facts(pairs: readonly (readonly [name: string, html: string])[]): string {
  const items = pairs.map(([name, html]) => `<dt>${escaped(name)}</dt><dd>${html}</dd>`);
  return `<dl>${items.join('')}</dl>\n`;
}
