// One desktop's screen, live, by noVNC. Connects again by itself when the desktop was away.
import RFB from '/novnc/core/rfb.js';
import { getJson } from './api.js';
import { recordButton } from './record.js';

const RETRY_MS = 2000;
const id = decodeURIComponent(location.pathname.split('/').pop());
const actor = new URLSearchParams(location.search).get('actor');
const at = (selector) => document.querySelector(selector);
const message = at('#message');
const look = at('#look');
let rfb;

function tell(state, text) {
  at('#state').dataset.state = state;
  at('#state').textContent = state === 'ready' ? 'live' : state;
  message.textContent = text;
  message.hidden = text === '';
}

async function describe() {
  const desktop = await getJson(`/v1/desktops/${encodeURIComponent(id)}`);
  at('#name').textContent = desktop.name;
  at('#about').textContent = desktop.resolution;
  document.title = `${desktop.name} · Deskreel`;
  return desktop;
}

function connect() {
  const address = new URL(`/v1/desktops/${encodeURIComponent(id)}/vnc`, location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  // Whose name what is done here is recorded under: /view/<id>?actor=alice.
  if (actor) address.searchParams.set('actor', actor);
  rfb = new RFB(at('#screen'), address.href, { shared: true });
  rfb.scaleViewport = true;
  rfb.background = 'transparent';
  rfb.viewOnly = look.getAttribute('aria-pressed') === 'true';
  rfb.addEventListener('connect', () => {
    tell('ready', '');
    rfb.focus();
  });
  rfb.addEventListener('disconnect', () => void retry());
}

/** The server says why the desktop is not there; a desktop that was removed is not waited for. */
async function retry() {
  try {
    const { state } = await describe();
    tell(state === 'ready' ? 'restarting' : state, `The desktop is ${state}. Connecting again…`);
    setTimeout(connect, RETRY_MS);
  } catch (error) {
    tell('lost', error.message);
  }
}

look.addEventListener('click', () => {
  const only = look.getAttribute('aria-pressed') !== 'true';
  look.setAttribute('aria-pressed', String(only));
  if (rfb) rfb.viewOnly = only;
});
at('#full').addEventListener('click', () => void at('#stage').requestFullscreen());

function note(text) {
  at('#note').textContent = text;
}

try {
  await describe();
  void recordButton(id, { button: at('#record'), saved: at('#saved'), tell: note });
  connect();
} catch (error) {
  tell('lost', error.message);
}
