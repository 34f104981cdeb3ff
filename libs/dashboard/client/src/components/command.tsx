import { useRef, useState } from 'preact/hooks';

/** What to type, with a button that copies it. */
export function Command({ children, what }: { children: string; what?: string }) {
  const code = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    if (code.current && (await copyText(children, code.current))) {
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    }
  };
  return (
    <div>
      {what !== undefined && <span class="muted">{what}</span>}
      <div class="command">
        <code ref={code}>
          <bdi>{children}</bdi>
        </code>
        <button type="button" onClick={() => void copy()} aria-label={`Copy: ${children}`}>
          {copied ? 'Copied' : 'Copy'}
        </button>
        <span role="status" class="hidden">
          {copied ? 'Copied.' : ''}
        </span>
      </div>
    </div>
  );
}

/** Browsers have a clipboard on pages of HTTPS only: elsewhere the text is selected, to be copied by hand. */
async function copyText(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}
