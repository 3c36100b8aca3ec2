// The desktop image that tests run: the one that set-up built, under the name that the environment gives it.
import { readConfig } from '../../server/config.ts';

export const IMAGE = readConfig().image;
