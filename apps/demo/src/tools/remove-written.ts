import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DemoConfig } from '../demo.config.js';

/** Removes what the service has written, history included, and nothing else. */
export function removeWritten({ database, feedFolder, indexFile }: DemoConfig): void {
  const written = [database, `${database}-wal`, `${database}-shm`, feedFolder, dirname(indexFile)];
  for (const path of written) rmSync(path, { recursive: true, force: true });
}
