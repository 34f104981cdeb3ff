export { ExitCode } from './exit-code.js';
export type { OutputStream, Terminal } from './output/terminal.js';
export { run } from './run.js';
