import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { maskSecrets } from '@nestjs-flamingock/core/adapter';

/** Logs with secrets masked: what an application says of a database that it cannot reach, above all. */
export class MaskingLogger extends ConsoleLogger {
  protected override stringifyMessage(message: unknown, logLevel: LogLevel): string {
    return maskSecrets(super.stringifyMessage(message, logLevel));
  }

  protected override printStackTrace(stack: string | undefined): void {
    super.printStackTrace(maskSecrets(stack ?? ''));
  }
}
