/**
 * What is mutated, a room of libs/core at a time, and the specs that have to notice: those that lie beside it,
 * so that what a room promises is tried where it is written.
 */
export const rooms = {
  recovery: room('recovery'),
  planner: room('plan', 'execution-plan', 'execution-planner'),
  audit: room('audit'),
  lock: room('lock'),
  executor: room('executor'),
};

function room(folder, ...names) {
  const files = names.length > 0 ? `{${names}}` : '*';
  return {
    mutate: [`libs/core/src/${folder}/${files}.ts`, '!**/*.spec.ts'],
    specs: `<rootDir>/libs/core/src/${folder}/${files}.spec.ts`,
  };
}
