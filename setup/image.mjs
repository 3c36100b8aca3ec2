// `deskreel setup`, from an installed package too: an engine, the base image and the desktop image.
import { setupImage } from './setup.mjs';

process.exitCode = (await setupImage()) ? 0 : 1;
