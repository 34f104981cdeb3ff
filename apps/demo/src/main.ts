import { FlamingockError, ManualInterventionError } from '@nestjs-flamingock/core';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { demoConfig, type DemoConfig } from './demo.config.js';

const logger = new Logger('Inventory');

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  app.enableShutdownHooks();
  const { port } = app.get<DemoConfig>(demoConfig.KEY);
  // Pending changes are applied in here, before the port is opened.
  await app.listen(port);
  logger.log(`Serving at ${await app.getUrl()}`);
}

bootstrap().catch((error: unknown) => {
  if (error instanceof ManualInterventionError) {
    // What is left behind and what to do is on the screen already, in Flamingock's report.
    const commands = error.changeIds.flatMap((id) =>
      ['EXECUTED', 'ROLLED_BACK'].map((finding) => `\n  npm run demo:fix -- ${id} ${finding}`),
    );
    logger.error(`Not serving. In this demo, record what you found out with one of:${commands.join('')}`);
  } else {
    // What else Flamingock throws says what to do, too: no need for a stack trace.
    logger.error(error instanceof FlamingockError ? `Not serving. ${error.message}` : error);
  }
  process.exit(1);
});
