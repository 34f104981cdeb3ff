/** One line of a comparison: in both texts, or in one of them. */
interface Line {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

const CONTEXT = 3;

/** What differs between two texts, with the lines around it, as `diff -u` shows it below its heads. */
export function diffLines(before: string, after: string): string[] {
  const lines = compared(linesOf(before), linesOf(after));
  const isNear = lines.map((_, at) => isChanged(lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1)));
  return lines.flatMap(({ sign, text }, at) => {
    const isFirst = isNear[at] === true && isNear[at - 1] !== true;
    return [...(isFirst ? [head(lines, at)] : []), ...(isNear[at] === true ? [`${sign}${text}`] : [])];
  });
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function isChanged(lines: readonly Line[]): boolean {
  return lines.some(({ sign }) => sign !== ' ');
}

function head(lines: readonly Line[], at: number): string {
  const above = lines.slice(0, at);
  const place = (sign: Line['sign']): number => above.filter((line) => line.sign !== sign).length + 1;
  return `@@ -${place('+')} +${place('-')} @@`;
}

/** Along a longest common subsequence: sources are short enough for a table of all pairs. */
function compared(before: readonly string[], after: readonly string[]): Line[] {
  const longest = lengths(before, after);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [old, fresh] = [before[i], after[j]];
    if (old === undefined && fresh === undefined) return lines;
    if (old !== undefined && old === fresh) {
      lines.push({ sign: ' ', text: old });
      i++;
      j++;
    } else if (old !== undefined && (fresh === undefined || at(longest, i + 1, j) >= at(longest, i, j + 1))) {
      lines.push({ sign: '-', text: old });
      i++;
    } else {
      lines.push({ sign: '+', text: fresh ?? '' });
      j++;
    }
  }
}

/** For each pair of places, the length of the longest common subsequence of what follows. */
function lengths(before: readonly string[], after: readonly string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--) {
      const isSame = before[i] === after[j];
      const length = isSame
        ? at(table, i + 1, j + 1) + 1
        : Math.max(at(table, i + 1, j), at(table, i, j + 1));
      table[i]?.splice(j, 1, length);
    }
  return table;
}

function at(table: readonly number[][], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}
