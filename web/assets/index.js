// Desktops and traces, kept up to date while the page is looked at.
import { getJson } from './api.js';
import { element, linkButton, showItems } from './elements.js';
import { searchForm, showTraces } from './traces.js';

const REFRESH_MS = 3000;
const list = document.querySelector('#desktops');
const note = document.querySelector('#note');

function card(desktop) {
  const item = document.createElement('li');
  const state = element('span', 'state', desktop.state);
  state.dataset.state = desktop.state;
  const watch = linkButton(`/view/${encodeURIComponent(desktop.id)}`, 'Watch', `Watch ${desktop.name}`);
  const since = new Date(desktop.createdAt).toLocaleString();
  const about = element('span', 'about faint', `${desktop.id} · ${desktop.resolution} · since ${since}`);
  item.append(element('span', 'name', desktop.name), state, watch, about);
  return item;
}

function showDesktops(desktops) {
  showItems(list, desktops.map(card));
  note.hidden = desktops.length > 0;
  note.innerHTML = 'No desktop yet. <code>deskreel up</code> starts one.';
}

async function refresh() {
  try {
    const [{ desktops }, { traces }] = await Promise.all([getJson('/v1/desktops'), getJson('/v1/traces')]);
    showDesktops(desktops);
    showTraces(traces);
  } catch (error) {
    note.hidden = false;
    note.textContent = `The server does not answer: ${error.message}`;
  }
}

searchForm();
await refresh();
setInterval(() => {
  if (!document.hidden) void refresh();
}, REFRESH_MS);
