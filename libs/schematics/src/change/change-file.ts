import { posix } from 'node:path';
import type { ChosenStage } from './chosen-stage.js';
import type { Survey } from '../survey/survey.js';

/** Beside the last change of the stage, and named like it; else in `changes` beside the module. */
export function fileOf({ stages }: Survey, stage: ChosenStage, stem: string, order: string): string {
  const last = stage.changes.at(-1);
  if (last !== undefined && last.file !== stage.list.file) {
    const isNumbered = last.order !== undefined && posix.basename(last.file).startsWith(`${last.order}-`);
    return posix.join(posix.dirname(last.file), `${isNumbered ? `${order}-` : ''}${stem}.change.ts`);
  }
  const folder = posix.dirname(stage.list.file);
  const changes = posix.basename(folder) === 'changes' ? folder : posix.join(folder, 'changes');
  const isOnlyStage = new Set(stages.map(({ stage: name }) => name)).size === 1;
  return posix.join(changes, isOnlyStage ? '' : folderName(stage.name), `${order}-${stem}.change.ts`);
}

function folderName(stage: string): string {
  return stage.replace(/[^\p{L}\p{N}_.-]+/gu, '-');
}
