// The list of desktops, kept up to date while the page is looked at.
import { getJson } from './api.js';

const REFRESH_MS = 3000;
const list = document.querySelector('#desktops');
const note = document.querySelector('#note');

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function card(desktop) {
  const item = document.createElement('li');
  const state = element('span', 'state', desktop.state);
  state.dataset.state = desktop.state;
  const watch = element('a', 'button', 'Watch');
  watch.href = `/view/${encodeURIComponent(desktop.id)}`;
  watch.setAttribute('aria-label', `Watch ${desktop.name}`);
  const since = new Date(desktop.createdAt).toLocaleString();
  const about = element('span', 'about faint', `${desktop.id} · ${desktop.resolution} · since ${since}`);
  item.append(element('span', 'name', desktop.name), state, watch, about);
  return item;
}

function show(desktops) {
  list.replaceChildren(...desktops.map(card));
  list.hidden = desktops.length === 0;
  note.hidden = desktops.length > 0;
  note.innerHTML = 'No desktop yet. <code>deskreel up</code> starts one.';
}

async function refresh() {
  try {
    show((await getJson('/v1/desktops')).desktops);
  } catch (error) {
    note.hidden = false;
    note.textContent = `The server does not answer: ${error.message}`;
  }
}

await refresh();
setInterval(() => {
  if (!document.hidden) void refresh();
}, REFRESH_MS);
