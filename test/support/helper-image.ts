// A container image beside the desktop's, for what tests need and no desktop has: reading pictures, compiling, making disks.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const command = promisify(execFile);
const HELPER = 'deskreel-test-helper';
const HELPER_FILE = `FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-eng gcc libc6-dev && rm -rf /var/lib/apt/lists/*
RUN apt-get update && apt-get install -y --no-install-recommends e2fsprogs && rm -rf /var/lib/apt/lists/*
`;
const SUPPORT = new URL('.', import.meta.url).pathname;

/** Makes the image, once for a machine. */
export async function buildHelper(): Promise<void> {
  const build = spawn('docker', ['build', '--quiet', '--tag', HELPER, '-'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  build.stdin.end(HELPER_FILE);
  const status = await new Promise<number | null>((resolve) => build.on('exit', resolve));
  if (status !== 0) throw new Error(`the helper's image could not be built: ${status}`);
}

/** What tesseract reads of each PNG in a folder, by the file's name. */
export async function readPictures(folder: string): Promise<Map<string, string>> {
  const script =
    'cd /pictures && for one in *.png; do echo "=== $one"; OMP_THREAD_LIMIT=1 tesseract "$one" - --psm 11 2>/dev/null; done';
  const printed = await runHelper(['--volume', `${folder}:/pictures:ro`], script);
  const parts = printed.split(/^=== /m).slice(1);
  return new Map(parts.map((part) => splitOnce(part)));
}

/** Puts the compiled program of `test/support/<name>.c` into a container, as `/usr/local/bin/<name>`. */
export async function installProgram(name: string, container: string): Promise<void> {
  const script = `gcc -O1 -Wall -Wextra -Werror -o /tmp/program /support/${name}.c && base64 /tmp/program`;
  const program = await runHelper(['--volume', `${SUPPORT}:/support:ro`], script);
  const path = `/usr/local/bin/${name}`;
  const install = spawn(
    'docker',
    [
      'exec',
      '--interactive',
      '--user',
      'root',
      container,
      'sh',
      '-c',
      `base64 -d >${path} && chmod 755 ${path}`,
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  install.stdin.end(program);
  const status = await new Promise<number | null>((resolve) => install.on('exit', resolve));
  if (status !== 0) throw new Error(`${name} could not be installed: ${status}`);
}

/** An empty file system in a file, `disk.ext4` in the folder. */
export async function makeDisk(folder: string, megabytes: number): Promise<void> {
  const script = `truncate --size ${megabytes}M /disks/disk.ext4 && mke2fs -q -t ext4 -m 0 /disks/disk.ext4`;
  await runHelper(['--volume', `${folder}:/disks`], script);
}

async function runHelper(options: readonly string[], script: string): Promise<string> {
  const { stdout } = await command(
    'docker',
    ['run', '--rm', '--network', 'none', ...options, HELPER, 'sh', '-c', script],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout;
}

function splitOnce(part: string): [string, string] {
  const end = part.indexOf('\n');
  return [part.slice(0, end), part.slice(end + 1)];
}
