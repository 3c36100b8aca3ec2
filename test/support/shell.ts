// A shell that stays in a container: its scripts start in milliseconds, where each `docker exec` takes a tenth of a second.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

const END = '--- end of script';

export class ContainerShell implements Disposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(container: string) {
    this.#process = spawn('docker', ['exec', '--interactive', container, 'bash']);
    this.#process.stderr.resume();
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** What the script prints, white space around it cut off; rejects where it fails. One after the other. */
  async run(script: string): Promise<string> {
    this.#process.stdin.write(`( ${script}\n) </dev/null; echo; echo "${END} $?"\n`);
    const printed: string[] = [];
    for (;;) {
      const line = await this.#lines.next();
      if (line.done) throw new Error(`the shell ended during ${script}`);
      if (line.value.startsWith(END)) {
        const output = printed.join('\n').trim();
        if (line.value === `${END} 0`) return output;
        throw new Error(`${script} ended with ${line.value.slice(END.length + 1)}: ${output}`);
      }
      printed.push(line.value);
    }
  }

  [Symbol.dispose](): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}
