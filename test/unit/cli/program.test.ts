import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../../cli/commands/all.ts';
import { command, UsageError, type Command } from '../../../cli/command.ts';
import { table } from '../../../cli/output.ts';
import { runProgram } from '../../../cli/program.ts';
import { DeskreelError } from '../../../sdk/index.ts';

interface Ran {
  status: number;
  out: string;
  err: string;
}

async function run(argv: string[], commands: readonly Command[] = COMMANDS): Promise<Ran> {
  let out = '';
  let err = '';
  const status = await runProgram(commands, argv, {
    out: (data) => void (out += String(data)),
    err: (text) => void (err += text),
    signal: new AbortController().signal,
  });
  return { status, out, err };
}

const greet = command({
  name: 'greet loudly',
  takes: ['<whom>', '[how]'],
  about: 'Greet somebody',
  flags: {
    times: { type: 'string', value: 'N', about: 'how often' },
    polite: { type: 'boolean', about: 'bow' },
  },
  run: ({ words, flags }, { out }) => {
    if (words[0] === 'nobody') throw new DeskreelError('not_found', 'there is\nnobody');
    if (words[0] === 'usage') throw new UsageError('not so');
    out.result({ words, ...flags }, () => `hello ${words.join(' ')}`);
    return Promise.resolve(words[0] !== 'failed');
  },
});

describe('the command line', () => {
  it('gives words and flags to the command, and ends with 0', async () => {
    assert.deepEqual(await run(['greet', 'loudly', 'you'], [greet]), {
      status: 0,
      out: 'hello you\n',
      err: '',
    });
    const json = await run(['greet', 'loudly', 'you', '--times', '2', '--polite', '--json'], [greet]);
    assert.deepEqual(JSON.parse(json.out), { words: ['you'], times: '2', polite: true });
  });

  it('ends with 1 and one line where the command fails', async () => {
    const failed = await run(['greet', 'loudly', 'nobody'], [greet]);
    assert.deepEqual(failed, { status: 1, out: '', err: 'deskreel: there is nobody\n' });
    assert.equal((await run(['greet', 'loudly', 'failed'], [greet])).status, 1);
  });

  it('ends with 2 and one line where it is wrongly used', async () => {
    const wrong = [
      ['dance'],
      ['greet'],
      ['greet', 'loudly'],
      ['greet', 'loudly', 'a', 'b', 'c'],
      ['greet', 'loudly', 'a', '--loud'],
      ['greet', 'loudly', 'usage'],
    ];
    for (const argv of wrong) {
      const { status, out, err } = await run(argv, [greet]);
      assert.equal(status, 2, argv.join(' '));
      assert.match(err, /^deskreel: [^\n]+\n$/, argv.join(' '));
      assert.equal(out, '');
    }
    assert.equal((await run([], [greet])).status, 2);
  });

  it('has help for all and for each, which asks no server', async () => {
    const { status, out } = await run(['--help']);
    assert.equal(status, 0);
    for (const { name, takes, flags } of COMMANDS) {
      assert.ok(out.includes(`  ${[name, ...takes].join(' ')}`), name);
      const own = await run([...name.split(' '), '--help']);
      assert.equal(own.status, 0, name);
      for (const flag of [...Object.keys(flags), 'json', 'help'])
        assert.ok(own.out.includes(`--${flag}`), flag);
    }
  });

  it('checks what is written before it asks a server', async () => {
    const wrong = [
      ['serve', '--port', 'http'],
      ['exec', 'demo', 'left_click', '{x: 1}'],
      ['exec', 'demo', 'left_click', '[1]'],
      ['up', '--cpus', 'many'],
      ['up', '--env', 'NAME'],
      ['up', '--network', 'some'],
      ['trace', 'start', 'demo', '--pace', 'fast'],
    ];
    for (const argv of wrong) {
      const { status, err } = await run(argv);
      assert.equal(status, 2, `${argv.join(' ')}: ${err}`);
    }
    const mistyped = await run(['exec', 'demo', 'left_klick']);
    assert.equal(mistyped.status, 1);
    assert.match(mistyped.err, /Unknown command: left_klick\. Did you mean: left_click/);
  });
});

describe('a table', () => {
  it('has columns as wide as what stands in them, and numbers at the right', () => {
    const text = table(['NAME', 'N'], [['a', 1], ['long one', 22]]); // prettier-ignore
    assert.deepEqual(text.split('\n'), ['NAME       N', 'a          1', 'long one  22']);
  });
});
