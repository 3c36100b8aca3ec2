// The tests of exact typing: a text of many scripts into every toolkit, on every layout. How often is up to who runs them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../support/container.ts';
import { HandsDesktop, wrongCharacters } from './hands-desktop.ts';
import { scriptsText } from './typing-scripts.ts';

const CHINESE = Array.from({ length: 200 }, (_, index) => String.fromCodePoint(0x4e00 + index * 37)).join('');
const LINES = [
  'Hello, World! {}[]<>|\\~`@#$%^&*() "quotes" ñ é ü ß 漢字 😀 Ж',
  'The quick brown fox jumps over the lazy dog 0123456789 !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  'Съешь ещё этих мягких французских булок, да выпей чаю. ЁЖИК',
  'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ΑΒΓΔ ΐ ΰ ς',
  'Łódź Çeşme €5 ∑≠½ שלום مرحبا — “quoted” e\u0301 n\u0303 zw\u200dj 🏳️‍🌈',
  CHINESE,
];
const TEXT = LINES.join('\n');
export interface Layout {
  readonly names: string;
  readonly group?: number;
  readonly capsLock?: boolean;
}

const LAYOUTS: readonly Layout[] = [
  { names: 'us' },
  { names: 'us', capsLock: true },
  { names: 'de' },
  { names: 'fr' },
  { names: 'ru' },
  { names: 'us,ru', group: 1 },
];

interface Application {
  readonly name: string;
  /** What WM_CLASS of its window has. */
  readonly window: string;
  readonly program: readonly string[];
  /** Makes it empty and ready for keys. */
  readonly prepare: (desktop: HandsDesktop) => Promise<unknown>;
  /** What it holds. */
  readonly read: (desktop: HandsDesktop) => Promise<string>;
  readonly text: string;
  /** Whole scripts are typed into it, too. */
  readonly takesScripts?: boolean;
}

const EDITED = '/tmp/edited.txt';
const CAUGHT = '/tmp/caught.txt';
const PAGE = '/tmp/page.html';

const clear = async (desktop: HandsDesktop): Promise<void> => {
  await desktop.hotkey('ctrl', 'a');
  await desktop.run('press_key', { key: 'Delete' });
};
const copyAll = (desktop: HandsDesktop): Promise<string> => desktop.copyAll();

const APPLICATIONS: readonly Application[] = [
  {
    name: 'mousepad (GTK3), saved to its file',
    window: 'mousepad',
    program: ['mousepad', EDITED],
    prepare: clear,
    read: async (desktop) => {
      await desktop.hotkey('ctrl', 's');
      await until(5000, () =>
        desktop.container.bash(
          '[[ $(xdotool getactivewindow getwindowname) != \\** ]] || echo not saved yet',
        ),
      );
      return (await desktop.readFile(EDITED)).replace(/\n$/, '');
    },
    text: `\t${TEXT}`,
    takesScripts: true,
  },
  {
    name: 'featherpad (Qt 6)',
    window: 'featherpad',
    program: ['featherpad'],
    prepare: clear,
    read: copyAll,
    text: `${TEXT}\tx`,
  },
  {
    name: 'xfce4-terminal, by cat into a file',
    window: 'xfce4-terminal',
    program: ['xfce4-terminal'],
    prepare: async (desktop) => {
      await desktop.run('type_text', { text: `cat >${CAUGHT}\n` });
      await until(5000, () => desktop.container.bash('pgrep -x cat >/dev/null || echo cat does not run yet'));
    },
    read: async (desktop) => {
      await desktop.run('press_key', { key: 'Return' });
      await desktop.hotkey('ctrl', 'd');
      await until(5000, () => desktop.container.bash('! pgrep -x cat >/dev/null || echo cat still runs'));
      return (await desktop.readFile(CAUGHT)).replace(/\n$/, '');
    },
    text: TEXT,
  },
  {
    name: "chromium, a page's text area",
    window: 'chromium',
    program: ['chromium', `file://${PAGE}`],
    prepare: clear,
    read: copyAll,
    text: TEXT,
    takesScripts: true,
  },
  {
    name: 'chromium, the address bar',
    window: 'chromium',
    program: ['chromium', `file://${PAGE}`],
    prepare: async (desktop) => {
      await desktop.hotkey('ctrl', 'l');
      await desktop.run('press_key', { key: 'BackSpace' });
    },
    read: copyAll,
    text: `q ${LINES.slice(0, 4).join(' ')}`,
  },
];

/** On these every script is typed into an editor and a page. */
const SCRIPT_LAYOUTS = ['us', 'de', 'fr', 'ru'];

/**
 * Declares the tests; `repeatsOf` says how often the text is typed on a layout, `characters` how many of all scripts'
 * characters are typed on each; by default all of them.
 */
export function describeTyping(
  timeoutMs: number,
  repeatsOf: (layout: Layout) => number,
  characters = Infinity,
): void {
  describe('typed text arrives as it is', { timeout: timeoutMs }, () => {
    let desktop: HandsDesktop;

    before(async () => {
      desktop = await HandsDesktop.start();
      const page = '<meta charset=utf-8><textarea autofocus rows=20 cols=80></textarea>';
      await desktop.container.bash(`echo '${page}' >${PAGE}; : >${EDITED}`);
    });
    after(() => desktop[Symbol.asyncDispose]());

    for (const application of APPLICATIONS) {
      describe(application.name, () => {
        before(async () => {
          await desktop.layout('us');
          await desktop.open(application.window, ...application.program);
        });

        for (const layout of LAYOUTS) {
          const { names, group = 0, capsLock = false } = layout;
          const repeats = repeatsOf(layout);
          const state = `${group === 0 ? '' : ', second group'}${capsLock ? ', CapsLock on' : ''}`;
          it(`on layout ${names}${state}, ${repeats} times`, async (test) => {
            await desktop.layout(names, { group, capsLock });
            let wrong = 0;
            let took = 0;
            let last = '';
            for (let count = 0; count < repeats; count += 1) {
              await application.prepare(desktop);
              took += (await desktop.run('type_text', { text: application.text })).ms;
              last = await application.read(desktop);
              wrong += wrongCharacters(application.text, last);
            }
            const rate = Math.round((application.text.length * repeats * 1000) / took);
            test.diagnostic(
              `${wrong} wrong of ${application.text.length * repeats}, ${rate} characters a second`,
            );
            assert.equal(wrong, 0, `the last time: ${JSON.stringify(last)}`);
          });
        }

        if (application.takesScripts) {
          it('dead keys, and single keys of characters that GTK takes for dead keys', async () => {
            await desktop.layout('us');
            await application.prepare(desktop);
            for (const key of ['﹐', '＠', 'dead_acute', 'e', '\u{107ae}', 'U+07AE', 'dead_grave', 'a'])
              await desktop.run('press_key', { key });
            await desktop.run('hold_key', { key: '﹖', duration: 0.05 });
            await desktop.run('type_text', { text: '.' });
            assert.equal(await application.read(desktop), '﹐＠é\u{107ae}\u07aeà﹖.');
          });
        }

        for (const [seed, names] of application.takesScripts ? SCRIPT_LAYOUTS.entries() : []) {
          it(`every script on layout ${names}`, async (test) => {
            await desktop.layout(names);
            await application.prepare(desktop);
            const text = scriptsText(characters, seed);
            const { ms } = await desktop.run('type_text', { text });
            const got = await application.read(desktop);
            test.diagnostic(`${text.length} units in ${Math.round(ms)} ms`);
            assert.equal(wrongCharacters(text, got), 0, firstDifference(text, got));
          });
        }
      });
    }
  });
}

function firstDifference(wanted: string, got: string): string {
  const [a, b] = [Array.from(wanted), Array.from(got)];
  const at = a.findIndex((character, index) => character !== b[index]);
  const around = (characters: string[]): string =>
    JSON.stringify(characters.slice(Math.max(0, at - 3), at + 4).join(''));
  return `at ${at}: ${around(a)} came as ${around(b)}`;
}
