import { mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isTransactional,
  nodeHost,
  type AdapterHost,
  type Marker,
  type TargetSystem,
  type TransactionalTargetSystem,
} from '@nestjs-flamingock/core/adapter';
import { Files, fileSystemTargetSystem } from '@nestjs-flamingock/files';
import type { Bench } from '../harness/bench.js';
import { comparison, ratioAim, type Section } from '../harness/section.js';

const COUNT = 1_000;
const FOLDERS = 10;
const CONTENT = Buffer.alloc(4_096, 'x');
const PATHS = Array.from({ length: COUNT }, (_, at) => `${at % FOLDERS}/${at}.txt`);
const HOLD = { service: 'bench', token: 1, owner: 'bench' };
const MARKER: Marker = { ...HOLD, changeId: 'write', executionId: 'run', operation: 'EXECUTE' };

/** A thousand files of 4 KiB, one after the other: in a change, and written and synchronised by hand. */
export async function files(bench: Bench): Promise<Section> {
  const ours = { title: 'a change of 1,000 files', write: inChange };
  const bare = { title: 'written and synchronised bare', write: byHand };
  const figures = await bench.interleave([ours, bare], async ({ write }) => {
    const root = bench.databases.newFolder();
    const begin = performance.now();
    await write(root);
    const ms = performance.now() - begin;
    rmSync(root, { recursive: true });
    return ms;
  });
  return comparison(`files: ${COUNT} files of 4 KiB`, figures, ours, [ratioAim(figures, ours, 2.5, bare)]);
}

async function inChange(root: string): Promise<void> {
  const target = await targetOn(root);
  await target.markers.prepare();
  await target.markers.claim(HOLD);
  const { status } = await target.transaction(
    MARKER,
    async (handles) => {
      const lent = handles.get(Files) as Files;
      for (const path of PATHS) await lent.write(path, CONTENT);
    },
    MARKER,
  );
  if (status !== 'committed') throw new Error(`the change was ${status}`);
}

async function targetOn(root: string): Promise<TransactionalTargetSystem> {
  const { useFactory } = fileSystemTargetSystem('files', { root });
  const make = useFactory as (host: AdapterHost) => TargetSystem | Promise<TargetSystem>;
  const target = await make(nodeHost);
  if (!isTransactional(target)) throw new Error('its changes have no transactions');
  return target;
}

async function byHand(root: string): Promise<void> {
  for (let folder = 0; folder < FOLDERS; folder += 1) mkdirSync(join(root, String(folder)));
  for (const path of PATHS) {
    const file = await open(join(root, path), 'wx');
    await file.writeFile(CONTENT);
    await file.sync();
    await file.close();
  }
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    const opened = await open(join(root, String(folder)));
    await opened.sync();
    await opened.close();
  }
}
