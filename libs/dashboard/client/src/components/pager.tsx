/** Leads to what comes after, and back to where it began. The browser's own way back leads to the page before. */
export function Pager({ first, next, label }: { first?: string; next?: string; label: string }) {
  if (first === undefined && next === undefined) return null;
  return (
    <nav class="buttons" aria-label={label}>
      {first !== undefined && (
        <a class="button" href={first}>
          To the first
        </a>
      )}
      {next !== undefined && (
        <a class="button" href={next}>
          Next
        </a>
      )}
    </nav>
  );
}
