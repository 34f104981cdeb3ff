import { files } from './files.js';

/** What a change costs on each target system, beside the same work without it. */
export const targets: readonly Measure[] = [files];
import { s3 } from './s3.js';

/** What a change costs on each target system, beside the same work without it. */
export const targets: readonly Measure[] = [s3];
import type { Measure } from '../measures/measures.js';
import { http } from './http.js';

/** What a change costs on each target system, beside the same work without it. */
export const targets: readonly Measure[] = [http];
