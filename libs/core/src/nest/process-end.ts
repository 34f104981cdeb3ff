import { Inject, Injectable, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { errorText } from '../errors/error-text.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import type { Runtime } from '../runtime/runtime.js';
import { inTimeOr } from '../runtime/within-time.js';
import { callClosingHooks, tolerateClosing } from './closing-hooks.js';
import { FLAMINGOCK_RUNTIME } from './flamingock.constants.js';

/** Exit code of a run that has left a stage unfinished, as `onIssue: 'skip'` allows: that of `flamingock execute`. */
const INCOMPLETE = 3;

/** Ends a process of the role `execute`, in which nothing of the application has begun. */
@Injectable()
export class ProcessEnd {
  private readonly logger = new Logger('Flamingock');

  constructor(
    private readonly modules: ModulesContainer,
    @Inject(FLAMINGOCK_RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** Closes what is open, for at most `graceMs` milliseconds, and ends the process. Never resolves. */
  async after({ status }: ExecutionReport, graceMs: number): Promise<never> {
    const exitCode = status === 'incomplete' ? INCOMPLETE : 0;
    this.logger.log(
      `This process ends here, with exit code ${exitCode}: it was started to apply changes (role "execute"), not to serve.`,
    );
    await this.close(graceMs);
    Logger.flush();
    return this.runtime.end(exitCode);
  }

  private async close(graceMs: number): Promise<void> {
    tolerateClosing(this.modules, (error, startsItself) => {
      const text = `The application did not end in order: ${errorText(error)}`;
      if (startsItself) this.logger.debug(text);
      else this.logger.warn(text);
    });
    const late = (resolve: () => void): void => {
      this.logger.warn(`The application did not end within ${graceMs} ms (timeouts.graceMs).`);
      resolve();
    };
    await inTimeOr(graceMs, callClosingHooks(this.modules), late, this.runtime);
  }
}
