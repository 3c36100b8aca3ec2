// The desktop image used alone, with no server: Cua's dialect on 8000, its screen by noVNC on 6901 and 6080.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { WebSocket } from 'ws';
import { DesktopContainer, until } from '../support/container.ts';
import { ask, type Answer } from '../support/server.ts';

const START_LIMIT_MS = 20_000;
/** Docker's own limit is ten seconds; then it kills, and the exit code is 137. */
const STOP_LIMIT_MS = 15_000;
const PASSWORD = 'password';
/** How RFB numbers them: no authentication, and a password. */
const [NONE, VNC_AUTH] = [1, 2];
const BACKGROUND = [0x2e, 0x4b, 0x64];
const PORTS = [8000, 6901, 6080];

async function command(address: string, name: string, params: object = {}): Promise<Answer> {
  return ask(`http://${address}/cmd`, {
    method: 'POST',
    body: JSON.stringify({ command: name, params }),
  });
}

function fieldsOf(answer: Answer): Record<string, unknown> {
  assert.match(answer.text, /^data: \{.*\}\n\n$/);
  return JSON.parse(answer.text.slice('data: '.length)) as Record<string, unknown>;
}

/** The ways to log in that the VNC server offers. */
async function securityTypes(address: string): Promise<number[]> {
  const socket = new WebSocket(`ws://${address}/websockify`, ['binary']);
  const [greeting] = (await once(socket, 'message')) as [Buffer];
  assert.equal(greeting.toString(), 'RFB 003.008\n');
  const offered = once(socket, 'message') as Promise<[Buffer]>;
  socket.send(greeting);
  const [[, ...types]] = await offered;
  socket.terminate();
  return types;
}

describe('the desktop image used alone', () => {
  let desktop: DesktopContainer;
  let api: string;
  before(async () => {
    desktop = await DesktopContainer.start({ VNC_PW: PASSWORD, VNC_RESOLUTION: '1024x768' }, PORTS);
    await desktop.whole(START_LIMIT_MS);
    api = await desktop.address(8000);
  });
  after(() => desktop[Symbol.asyncDispose]());

  it('tells that it is there, and what it can do', async () => {
    const status = await ask(`http://${api}/status`);
    assert.deepEqual([status.status, (status.json() as { os_type: string }).os_type], [200, 'linux']);
    const { commands, aliases } = (await ask(`http://${api}/commands`)).json() as Record<string, object>;
    assert.ok(commands && 'left_click' in commands && aliases && 'type' in aliases);
  });

  it('carries out commands by HTTP', async () => {
    const place = { x: 321, y: 654 };
    const moved = await command(api, 'move_cursor', place);
    assert.deepEqual([moved.status, moved.headers['content-type']], [200, 'text/plain; charset=utf-8']);
    assert.match(await desktop.bash('xdotool getmouselocation'), /x:321 y:654/);
  });

  it('carries out commands by WebSocket, in their order', async () => {
    const socket = new WebSocket(`ws://${api}/ws`);
    await once(socket, 'open');
    const frames: Record<string, unknown>[] = [];
    const done = Promise.withResolvers<undefined>();
    socket.on('message', (data: Buffer) => {
      frames.push(JSON.parse(data.toString('utf8')) as Record<string, unknown>);
      if (frames.length === 4) done.resolve(undefined);
    });
    socket.send(JSON.stringify({ command: 'authenticate', params: { api_key: 'k', container_name: 'c' } }));
    socket.send(JSON.stringify({ command: 'run_command', params: { command: 'sleep 0.3; echo $DISPLAY' } }));
    socket.send(JSON.stringify({ command: 'get_screen_size' }));
    socket.send('{');
    await done.promise;
    socket.close();
    const [let_in, ran, size, broken] = frames;
    assert.equal(let_in?.['success'], true);
    assert.equal(ran?.['stdout'], ':1\n');
    assert.deepEqual(size?.['size'], { width: 1024, height: 768 });
    assert.match(String(broken?.['error']), /^Invalid JSON/);
  });

  it('shows the screen as PNG and as JPEG', async () => {
    for (const format of ['png', 'jpeg'] as const) {
      const shot = fieldsOf(await command(api, 'screenshot', { format }));
      const picture = sharp(Buffer.from(String(shot['image_data']), 'base64'));
      const { format: found, width, height } = await picture.metadata();
      assert.deepEqual([found, width, height], [format, 1024, 768]);
      // The background, where nothing else is; JPEG is near it.
      const colour = await picture.extract({ left: 500, top: 600, width: 1, height: 1 }).raw().toBuffer();
      const off = BACKGROUND.map((value, channel) => Math.abs(value - (colour[channel] ?? 0)));
      assert.ok(Math.max(...off) <= (format === 'png' ? 0 : 4), `${format}: ${off.join()} away`);
    }
  });

  it('shows a region of the screen, pixel for pixel', async () => {
    const region = [500, 600, 540, 625];
    const part = fieldsOf(await command(api, 'zoom', { region }));
    const picture = sharp(Buffer.from(String(part['image_data']), 'base64'));
    const { width, height } = await picture.metadata();
    assert.deepEqual([width, height, part['width'], part['height']], [40, 25, 40, 25]);
    const colour = await picture.extract({ left: 39, top: 24, width: 1, height: 1 }).raw().toBuffer();
    assert.deepEqual([...colour.subarray(0, 3)], BACKGROUND);
    const outside = fieldsOf(await command(api, 'zoom', { region: [0, 0, 5000, 10] }));
    assert.equal(outside['success'], false);
  });

  it('says what cannot be run with 400 and what failed with success: false', async () => {
    const unknown = await command(api, 'left_clik');
    assert.equal(unknown.status, 400);
    assert.match(unknown.text, /Unknown command: left_clik\. Did you mean: left_click/);
    const failed = fieldsOf(await command(api, 'read_text', { path: '/none' }));
    assert.equal(failed['success'], false);
    assert.match(String(failed['error']), /ENOENT/);
  });

  it('refuses everything that carries an Origin', async () => {
    for (const origin of [`http://${api}`, 'https://example.com', 'null']) {
      const headers = { Origin: origin };
      const answers = [
        await ask(`http://${api}/status`, { headers }),
        await ask(`http://${api}/cmd`, { method: 'POST', headers, body: '{"command":"version"}' }),
        await ask(`http://${api}/cmd`, { method: 'OPTIONS', headers }),
      ];
      assert.deepEqual(answers.map(({ status }) => status), [403, 403, 403]); // prettier-ignore
      assert.ok(answers.every((answer) => answer.headers['access-control-allow-origin'] === undefined));
      const socket = new WebSocket(`ws://${api}/ws`, { origin });
      const [error] = (await once(socket, 'error')) as [Error];
      assert.match(error.message, /403/);
    }
  });

  it('has no way in for a server, which it was not started by', async () => {
    for (const path of ['link', 'vnc']) {
      const socket = new WebSocket(`ws://${api}/${path}`, { headers: { Authorization: 'Bearer ' } });
      const [error] = (await once(socket, 'error')) as [Error];
      assert.match(error.message, /403/);
    }
  });

  it('asks viewers on both ports for the password', async () => {
    for (const port of [6901, 6080]) {
      const address = await desktop.address(port);
      assert.match((await ask(`http://${address}/vnc.html`)).text, /noVNC/);
      assert.equal((await ask(`http://${address}/app/ui.js`)).headers['content-type'], 'text/javascript');
      assert.equal((await ask(`http://${address}/..%2f..%2fetc/passwd`)).status, 302);
      assert.equal((await ask(`http://${address}/none.js`)).status, 404);
      assert.deepEqual(await securityTypes(address), [VNC_AUTH]);
    }
  });

  it('shows its screen to a browser, and to none that a page of elsewhere opens', async () => {
    const address = await desktop.address(6901);
    const socket = new WebSocket(`ws://${address}/websockify`, ['binary'], { origin: 'https://example.com' });
    const [error] = (await once(socket, 'error')) as [Error];
    assert.match(error.message, /403/);
    const page = 'http://localhost:6901/vnc.html?autoconnect=true';
    await desktop.launch('chromium', '--app=' + page + `&password=${PASSWORD}`);
    // noVNC puts the desktop's name into the title when it is connected.
    await until(START_LIMIT_MS, () =>
      desktop.bash('wmctrl -l | grep -q "Deskreel - noVNC" || { echo "not connected:"; wmctrl -l; }'),
    );
    await desktop.bash('pkill chromium');
  });

  it('has the folders that are shared with the host', async () => {
    const folders = await desktop.bash('stat --format "%n %U" ~/storage ~/shared');
    assert.equal(folders, '/home/cua/storage cua\n/home/cua/shared cua');
  });

  it('tells its password to no program', async () => {
    const printed = fieldsOf(await command(api, 'run_command', { command: 'env' }));
    assert.match(String(printed['stdout']), /^DISPLAY=:1$/m);
    assert.doesNotMatch(String(printed['stdout']), /VNC_PW/);
  });

  it('stops in order when it is told to', async () => {
    const from = performance.now();
    const code = await desktop.stop();
    assert.ok(code === 0 || code === 143, `exit code ${code}`);
    assert.ok(performance.now() - from < STOP_LIMIT_MS);
  });
});

describe('the desktop image used alone, without a password', () => {
  it('asks for none', async () => {
    await using desktop = await DesktopContainer.start({}, PORTS);
    await desktop.whole(START_LIMIT_MS);
    assert.deepEqual(await securityTypes(await desktop.address(6080)), [NONE]);
  });
});

describe('the desktop image used by a server', () => {
  it('opens nothing but the link', async () => {
    await using desktop = await DesktopContainer.start({ DESKREEL_TOKEN: 'token', VNC_PW: PASSWORD }, PORTS);
    await desktop.whole(START_LIMIT_MS);
    const api = await desktop.address(8000);
    for (const path of ['status', 'commands']) assert.equal((await ask(`http://${api}/${path}`)).status, 404);
    assert.equal((await command(api, 'version')).status, 404);
    const listening = await desktop.bash(
      'awk \'$4 == "0A" { print $2 }\' /proc/net/tcp /proc/net/tcp6 | sort',
    );
    // 127.0.0.1:5901 for VNC viewers inside, and every address for the agent's 8000.
    assert.deepEqual(listening.split('\n'), ['00000000:1F40', '0100007F:170D']);
  });
});
