import type { Measure } from '../measures/measures.js';
import { files } from './files.js';
import { http } from './http.js';
import { opensearch } from './opensearch.js';
import { s3 } from './s3.js';

/** What a change costs on each target system, beside the same work without it. */
export const targets: readonly Measure[] = [files, s3, http, opensearch];
