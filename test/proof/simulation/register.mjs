// Lets Node run the sources as Jest does: `node --import ./test/proof/simulation/register.mjs file.ts`.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
