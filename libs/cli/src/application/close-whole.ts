import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { tolerateClosing } from '@nestjs-flamingock/core/adapter';
import { describeError } from '../output/describe-error.js';
import type { MaskingLogger } from './masking-logger.js';

/**
 * Closes an application that was never initialised: each of its hooks that end something is
 * called, also after one that fails.
 */
export async function closeWhole(app: INestApplicationContext, logger: MaskingLogger): Promise<void> {
  tolerateClosing(app.get(ModulesContainer), (error, startsItself) => {
    const text = `The application did not end in order: ${describeError(error)}`;
    if (startsItself) logger.debug(text, 'CommandModule');
    else logger.warn(text, 'CommandModule');
  });
  await app.close();
}
