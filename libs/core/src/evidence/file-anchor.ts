import { errorText } from '../errors/error-text.js';
import { appendLine } from '../runtime/node-runtime.js';
import type { EvidenceAnchor } from './anchor.js';
import { AnchorFailedError } from './evidence.errors.js';

/**
 * Keeps signed heads in a file, one a line, each on the disk before the next. Put it where whoever may write the audit
 * store cannot write: on another machine, or append-only.
 */
export function fileAnchor(path: string): EvidenceAnchor {
  const name = `file ${path}`;
  return {
    name,
    async keep({ envelope }) {
      try {
        await appendLine(path, JSON.stringify(envelope));
      } catch (error) {
        throw new AnchorFailedError(name, `could not be written: ${errorText(error)}`);
      }
    },
  };
}
