import type { CreatedChange } from './create-change.js';

/** What was made, and what is to be done now. */
export function nextSteps({ id, order, stage, target, transactional, edits }: CreatedChange): string[] {
  const kind = { true: ', transactional', false: ', not transactional' }[String(transactional)] ?? '';
  const [file] = edits;
  return [
    `Change "${id}" is ${order} of stage "${stage}", on target system "${target}"${kind}.`,
    `Next: write its execute in ${file?.path ?? id}, then delete its constructor: no start gets past it.`,
  ];
}
