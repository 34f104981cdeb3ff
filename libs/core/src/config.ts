import { registerAs } from '@nestjs/config';
import { settingsFromEnvironment } from './adapter.js';

/**
 * Reads `FLAMINGOCK_*` variables for `ConfigModule`:
 * `ConfigModule.forRoot({ load: [flamingockConfig] })`. What is set in code wins.
 *
 * @throws InvalidOptionsError naming every variable whose value makes no sense.
 */
export const flamingockConfig = registerAs('flamingock', () => settingsFromEnvironment(process.env));
