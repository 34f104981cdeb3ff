export { ExitCode } from './exit-code.js';
export type { OutputStream, Terminal } from './output/terminal.js';
export type { RootModule } from './application/application-source.js';
export { run } from './run.js';
export { runFlamingockCli, type RunFlamingockCliOptions } from './run-flamingock-cli.js';
