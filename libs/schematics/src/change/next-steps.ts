import type { CreatedChange } from './create-change.js';

/** What was made, and what is to be done now. */
export function nextSteps(created: CreatedChange): string[] {
  const { id, order, stage, target, transactional, edits, notes } = created;
  const kind = { true: ', transactional', false: ', not transactional' }[String(transactional)] ?? '';
  const [file] = edits;
  return [
    `Change "${id}" is ${order} of stage "${stage}", on target system "${target}"${kind}.`,
    ...notes,
    `Next: write its execute in ${file?.path ?? id}, then delete its constructor: no start gets past it.`,
  ];
}
