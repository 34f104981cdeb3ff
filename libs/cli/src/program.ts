import { Command } from 'commander';
import { addAlerts } from './commands/alerts.command.js';
import { addApprovals } from './commands/approve.command.js';
import { addAuditExport } from './commands/audit-export.command.js';
import { addAuditFix } from './commands/audit-fix.command.js';
import { addAuditList } from './commands/audit-list.command.js';
import { addAuditReconcile } from './commands/audit-reconcile.command.js';
import { addAuditVerify } from './commands/audit-verify.command.js';
import { addBaseline } from './commands/baseline.command.js';
import { addCircuitClose } from './commands/circuit-close.command.js';
import { addCircuitList } from './commands/circuit-list.command.js';
import type { CommandRunner } from './commands/command-runner.js';
import { addCreate } from './commands/create.command.js';
import { examples } from './commands/examples.js';
import { addCompletion } from './commands/completion.command.js';
import { addDrift } from './commands/drift.command.js';
import { addExecute } from './commands/execute.command.js';
import { addHeadSign } from './commands/head-sign.command.js';
import { addImport } from './commands/import.command.js';
import { addInit } from './commands/init.command.js';
import { addIssueBundle } from './commands/issue-bundle.command.js';
import { addIssueDecisions } from './commands/issue-decide.command.js';
import { addIssueGet } from './commands/issue-get.command.js';
import { addIssueList } from './commands/issue-list.command.js';
import { addLockRelease } from './commands/lock-release.command.js';
import { addLockStatus } from './commands/lock-status.command.js';
import { addPlan } from './commands/plan.command.js';
import { addRedo } from './commands/redo.command.js';
import { addReportCompliance } from './commands/report-compliance.command.js';
import { addServiceRename } from './commands/service-rename.command.js';
import { addStatus } from './commands/status.command.js';
import { addUndo } from './commands/undo.command.js';
import { addWait } from './commands/wait.command.js';
import { addVerify } from './commands/verify.command.js';
import { manyLines } from './output/safe-text.js';
import type { Terminal } from './output/terminal.js';
import { VERSION } from './version.js';

/** Columns of a help that is no terminal. */
const HELP_WIDTH = 110;

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed
  2  wrong usage; nothing was done
  3  something needs attention: plan --exit-code, issue list --exit-code, audit verify, report, drift, alerts deliver,
     a run left incomplete
  4  too early: changes failed before, and are not to be executed yet`;

/** The parser with every command. Throws where it would end the process. */
export function createProgram(runner: CommandRunner, terminal: Terminal): Command {
  const program = rootCommand(runner, terminal);
  // What works on sources has no place in a command that an application brings itself.
  if (runner.source.takesModule) {
    addInit(program, runner);
    addCreate(program, runner);
  }
  addStatus(program, runner);
  addPlan(program, runner);
  addExecute(program, runner);
  addWait(program, runner);
  const issue = program.command('issue').description('changes that need a manual check');
  addIssueList(issue, runner);
  addIssueGet(issue, runner);
  addIssueBundle(issue, runner);
  addIssueDecisions(issue, runner);
  addApprovals(program, runner);
  addAlerts(program, runner);
  const audit = program.command('audit').description('the history');
  addAuditList(audit, runner);
  addAuditFix(audit, runner);
  addAuditReconcile(audit, runner);
  addAuditVerify(audit, runner);
  addAuditExport(audit, runner);
  const head = program.command('head').description('where the history ends');
  addHeadSign(head, runner);
  const report = program.command('report').description('reports for those who audit');
  addReportCompliance(report, runner);
  addVerify(program, runner);
  addDrift(program, runner);
  addUndo(program, runner);
  addRedo(program, runner);
  const lock = program.command('lock').description('show or release the run lock');
  addLockStatus(lock, runner);
  addLockRelease(lock, runner);
  const circuit = program.command('circuit').description('target systems that have failed');
  addCircuitList(circuit, runner);
  addCircuitClose(circuit, runner);
  const service = program.command('service').description('the name under which history is kept');
  addServiceRename(service, runner);
  addImport(program, runner);
  addBaseline(program, runner);
  if (runner.source.takesModule) addCompletion(program, runner);
  return program;
}

function rootCommand({ source }: CommandRunner, { output, messages }: Terminal): Command {
  const { commandLine, takesModule } = source;
  const program = new Command(commandLine)
    .description('Plans, applies, inspects, repairs and reverts the changes of a NestJS application.')
    .version(VERSION, '-V, --version', 'print the version');
  if (takesModule) {
    program.option(
      '-m, --module <path[#export]>',
      'the compiled root module (default: flamingock.module in package.json)',
    );
  }
  const which = ['flamingock -m dist/app.module.js#AppModule plan', 'which application'] as const;
  return program
    .option('--json', 'print one JSON document and nothing else')
    .option('--verbose', 'log the start of the application, and errors with their stack')
    .addHelpText(
      'after',
      `${EXIT_CODES}\n${examples(['flamingock issue list', 'what is wrong?'], ...(takesModule ? [which] : []))}`,
    )
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => output.write(text.replaceAll('$ flamingock ', `$ ${commandLine} `)),
      writeErr: (text) => messages.write(text),
      outputError: (text, write) => write(`${manyLines(text.trimEnd())}\n`),
      getOutHelpWidth: () => output.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => messages.columns ?? HELP_WIDTH,
    })
    .showHelpAfterError()
    .exitOverride();
}
