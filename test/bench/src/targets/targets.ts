import type { Measure } from '../measures/measures.js';
import { http } from './http.js';

/** What a change costs on each target system, beside the same work without it. */
export const targets: readonly Measure[] = [http];
