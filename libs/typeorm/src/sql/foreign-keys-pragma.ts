/** True for a statement of SQLite, by its words and text, that turns foreign keys on or off; reading that does not. */
export function setsForeignKeys([first]: readonly string[], text: string): boolean {
  return first === 'PRAGMA' && /\bforeign_keys\W?\s*[=(]/i.test(text);
}
