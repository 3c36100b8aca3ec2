// npm run setup
import { setup } from './setup.mjs';

process.exitCode = (await setup(false)) ? 0 : 1;
