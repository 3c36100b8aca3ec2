// The traces of the server, and what is found in them.
import { postJson } from './api.js';
import { element, linkButton, showItems } from './elements.js';

/** The newest are shown; a page of thousands is slow to make every few seconds. */
const MOST_SHOWN = 50;
const list = document.querySelector('#traces');
const note = document.querySelector('#traces-note');
const form = document.querySelector('#search');
const field = form.querySelector('input');
const found = document.querySelector('#found');

/** Names of the traces, for what is found in them. */
const names = new Map();

export function showTraces(traces) {
  for (const trace of traces) names.set(trace.trace_id, titleOf(trace));
  const shown = traces.slice(0, MOST_SHOWN);
  const rest = traces.length - shown.length;
  showItems(list, shown.map(card));
  form.hidden = traces.length === 0;
  note.hidden = traces.length > 0 && rest === 0;
  note.innerHTML =
    rest > 0
      ? `And ${rest} older ones: <code>deskreel trace ls</code>.`
      : 'No trace yet. <code>deskreel trace start</code>, or <b>Record</b> on the page of a desktop, begins one.';
}

function card(trace) {
  const id = trace.trace_id;
  const title = titleOf(trace);
  const item = element('li', '');
  const state = element('span', 'state', trace.state);
  state.dataset.state = trace.state;
  item.append(element('span', 'name', title), state);
  if (trace.state === 'sealed') {
    const at = `/v1/traces/${encodeURIComponent(id)}`;
    const ways = element('span', 'ways');
    ways.append(
      linkButton(`${at}/archive`, 'Archive', `Archive of ${title}`),
      linkButton(`${at}/export/playwright`, 'Playwright', `${title} for Playwright's trace viewer`),
    );
    item.append(ways);
  }
  item.append(element('span', 'about faint', aboutText(trace)));
  return item;
}

function titleOf({ trace_id: id, name }) {
  return name ?? id;
}

function aboutText({ trace_id: id, desktop, start_time: start, summary, held }) {
  const counts = summary
    ? [
        counted(summary.steps, 'step'),
        ...(summary.errors > 0 ? [counted(summary.errors, 'error')] : []),
        `${summary.duration.toFixed(1)} s`,
      ]
    : [];
  return [id, desktop, new Date(start).toLocaleString(), ...counts, ...(held ? ['held'] : [])].join(' · ');
}

function counted(count, what) {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export function searchForm() {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void search(field.value.trim());
  });
  // The cross in the field.
  field.addEventListener('search', () => {
    if (field.value === '') void search('');
  });
}

async function search(text) {
  list.classList.toggle('aside', text !== '');
  found.hidden = text === '';
  if (text === '') return;
  found.replaceChildren(element('li', 'faint', 'Looking…'));
  try {
    const { findings, more } = await postJson('/v1/traces/search', { text });
    const end = more ? [element('li', 'faint', `The first ${findings.length}: there are more.`)] : [];
    const none =
      findings.length === 0 ? [element('li', 'faint', `“${text}” stands in no finished trace.`)] : [];
    found.replaceChildren(...findings.map(finding), ...end, ...none);
  } catch (error) {
    found.replaceChildren(element('li', 'faint', error.message));
  }
}

function finding({ trace_id: id, type, method, relative_time: seconds, screenshot, places }) {
  const item = element('li', '');
  const step = type === 'accessibility_tree' ? `shown after ${method}` : (method ?? type);
  item.append(
    element('span', 'name', names.get(id) ?? id),
    element('span', 'faint', `${seconds.toFixed(2)} s · ${step}`),
  );
  for (const place of places) {
    const line = element('span', 'about', '');
    line.append(element('span', 'faint', `${place.in}: `), place.text);
    item.append(line);
  }
  const where = [id, ...(screenshot ? [screenshot] : [])].join(' · ');
  item.append(element('span', 'about faint', where));
  return item;
}
