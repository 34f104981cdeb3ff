/** True where one of the texts has `wanted` in it, in any case. */
export function includesText(wanted: string, texts: readonly (string | null | undefined)[]): boolean {
  const lowered = wanted.toLowerCase();
  return texts.some((text) => text?.toLowerCase().includes(lowered) === true);
}
