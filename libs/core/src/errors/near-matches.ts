/** Most ids that a message proposes. */
const MOST = 3;

/** The known ids that `wanted` was probably meant to be, the most alike first. */
export function nearMatches(wanted: string, known: readonly string[]): string[] {
  const reach = Math.max(2, Math.floor(wanted.length / 3));
  return known
    .map((id) => ({ id, distance: distanceOf(wanted, id) }))
    .filter(({ distance }) => distance <= reach && distance < Math.max(wanted.length, 2))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ id }) => id);
}

/** Ids that contain what was typed, or are contained in it, are as near as one slip of the finger. */
function distanceOf(wanted: string, id: string): number {
  const [a, b] = [wanted.toLowerCase(), id.toLowerCase()];
  const contained = a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a));
  return Math.min(contained ? 1 : Infinity, editDistance(a, b));
}

/** Levenshtein's distance: how many characters to add, drop or replace. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(at(previous, j) + 1, at(row, j - 1) + 1, replaced));
    }
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
