import { rmSync } from 'node:fs';
import type { DemoConfig } from '../demo.config.js';

/** Removes what the service has written, history included, and nothing else. */
export function removeWritten({ database, feedFolder, indexFolder }: DemoConfig): void {
  const written = [database, `${database}-wal`, `${database}-shm`, feedFolder, indexFolder];
  for (const path of written) rmSync(path, { recursive: true, force: true });
}
