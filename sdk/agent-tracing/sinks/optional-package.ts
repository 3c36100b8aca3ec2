// Packages that only some users need: they are not installed with this one, and are loaded when they are used.
import { DeskreelError } from '../../../protocol/errors.ts';

/** Throws `unsupported`, saying what to install. */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new DeskreelError('unsupported', `this sink needs the package ${name}: npm install ${name}`, {
      cause,
    });
  }
}
