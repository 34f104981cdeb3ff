/**
 * What is mutated, a room of libs/core at a time, and the specs that have to notice: those that lie beside it,
 * so that what a room promises is tried where it is written. What executors promise of steps and verdicts is
 * promised across several runs, and tried where these are.
 */
export const rooms = {
  recovery: room('recovery'),
  planner: room('plan', ['execution-plan', 'execution-planner']),
  audit: room('audit'),
  lock: room('lock'),
  executor: room('executor', [], [specsOf('run', '{change-origin,change-retry,steps,verdicts}')]),
};

function room(folder, names = [], more = []) {
  const files = names.length > 0 ? `{${names}}` : '*';
  return {
    mutate: [`libs/core/src/${folder}/${files}.ts`, '!**/*.spec.ts'],
    specs: [specsOf(folder, files), ...more],
  };
}

function specsOf(folder, files) {
  return `<rootDir>/libs/core/src/${folder}/${files}.spec.ts`;
}
