/** All that a change is called. */
export interface ChangeNames {
  readonly id: string;
  readonly className: string;
}

const WORDS = /^\p{L}[\p{L}\p{N}]*(?:[-_ ]+[\p{L}\p{N}]+)*$/u;

/** The names of a change that is called `add-x`, `addX`, `AddX` or `add_x`; `undefined`: no class can be called that. */
export function changeNames(name: string): ChangeNames | undefined {
  if (!WORDS.test(name)) return undefined;
  const words = name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1-$2')
    .split(/[-_ ]+/)
    .map((word) => word.toLowerCase());
  const className = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return { id: words.join('-'), className };
}
