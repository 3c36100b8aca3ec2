// What npm runs before a checkout is used as a package: by `npm pack`, and by `npm install <checkout>`, which links to it.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const isCompiler = existsSync(new URL('../node_modules/typescript/package.json', import.meta.url));

// Without the development modules there is nothing to build with; a package without its code must not be made.
if (isCompiler || process.env['npm_command'] === 'pack' || process.env['npm_command'] === 'publish') {
  execFileSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: 'inherit' });
}
