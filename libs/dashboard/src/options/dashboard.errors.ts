import { FlamingockError } from '@nestjs-flamingock/core';

/** The options of `FlamingockDashboardModule` make no sense, or leave it open to everybody; every fault at once. */
export class InvalidDashboardOptionsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_INVALID_DASHBOARD_OPTIONS';

  constructor(readonly faults: readonly string[]) {
    super(
      `FlamingockDashboardModule is not configured correctly, and serves nothing.\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.hide('faults');
    this.dropFrames();
  }
}

/** The files of the pages are not where they are looked for. */
export class DashboardFilesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_DASHBOARD_FILES_MISSING';

  constructor(
    /** Folders that were looked into. */
    readonly folders: readonly string[],
    options?: ErrorOptions,
  ) {
    super(
      `The pages of the dashboard are not there: no index.html in ${folders.map((folder) => `"${folder}"`).join(', ')}. Where the ` +
        'application is bundled into one file, copy dist/client of @nestjs-flamingock/dashboard beside it and set clientFolder.',
      options,
    );
  }
}
