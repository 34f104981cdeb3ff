import { ChangeFailedError, FlamingockError, ManualInterventionError } from '@nestjs-flamingock/core';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { chosenModule } from './chosen-module.js';
import { demoConfig, type DemoConfig } from './demo.config.js';

const logger = new Logger('Inventory');

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(await chosenModule(process.argv.slice(2)));
  app.enableShutdownHooks();
  const { port } = app.get<DemoConfig>(demoConfig.KEY);
  // Pending changes are applied in here, before the port is opened.
  await app.listen(port);
  logger.log(`Serving at ${await app.getUrl()}`);
}

bootstrap().catch((error: unknown) => {
  // What is left behind and what to do is on the screen already, in Flamingock's report;
  // what else it throws says what to do, too. No need for a stack trace.
  const isTold = error instanceof ManualInterventionError || error instanceof ChangeFailedError;
  if (isTold) logger.error('Not serving.');
  else logger.error(error instanceof FlamingockError ? `Not serving. ${error.message}` : error);
  process.exit(1);
});
