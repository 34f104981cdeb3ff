import {
  ChangeFailedError,
  FlamingockService,
  ManualInterventionError,
  type ExecutionReport,
} from '@nestjs-flamingock/core';

/**
 * The service as production has it, except that a run which is part of a test's start does
 * not abort that start: an application that has not started cannot be closed on Nest 11.
 */
export class StartingFlamingockService extends FlamingockService {
  private starting = false;
  private startReport: ExecutionReport | undefined;

  /** Runs `start`, and tells how the run that was part of it ended, if there was one. */
  async during(start: () => Promise<unknown>): Promise<ExecutionReport | undefined> {
    this.starting = true;
    try {
      await start();
    } catch (error) {
      // What follows a stopped run in the start may well miss what the run should have made.
      if (this.startReport?.status !== 'stopped') throw error;
    } finally {
      this.starting = false;
    }
    return this.startReport;
  }

  override async execute(): Promise<ExecutionReport> {
    if (!this.starting) return super.execute();
    this.startReport = await reportOf(super.execute());
    return this.startReport;
  }
}

/** The report of a run, also of one that a failed or blocked change stopped. Any other error stays one. */
export async function reportOf(run: Promise<ExecutionReport>): Promise<ExecutionReport> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof ChangeFailedError || error instanceof ManualInterventionError) return error.report;
    throw error;
  }
}
