// The button that starts and stops a trace of one desktop, whoever started it, and the way to what was recorded.
import { getJson, postJson } from './api.js';

const REFRESH_MS = 3000;

/**
 * @param {string} id of the desktop
 * @param {{ button: HTMLButtonElement, saved: HTMLAnchorElement, tell: (text: string) => void }} page
 */
export function recordButton(id, { button, saved, tell }) {
  const path = `/v1/desktops/${encodeURIComponent(id)}/trace`;
  let isActive = false;

  function show(active) {
    isActive = active;
    button.hidden = false;
    button.textContent = active ? 'Stop recording' : 'Record';
    button.setAttribute('aria-pressed', String(active));
    if (active) saved.hidden = true;
  }

  async function refresh() {
    try {
      show((await getJson(path)).active);
    } catch {
      // The desktop is away: the page says so itself.
      button.hidden = true;
    }
  }

  async function start() {
    await postJson(`${path}/start`, { accessibility_tree: true });
    show(true);
  }

  async function stop() {
    const { trace_id: traceId } = await postJson(`${path}/stop`);
    show(false);
    saved.href = `/v1/traces/${encodeURIComponent(traceId)}/archive`;
    saved.textContent = 'Download trace';
    saved.title = traceId;
    saved.hidden = false;
  }

  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      await (isActive ? stop() : start());
      tell('');
    } catch (error) {
      tell(error.message);
      await refresh();
    } finally {
      button.disabled = false;
    }
  });
  setInterval(() => {
    if (!document.hidden && !button.disabled) void refresh();
  }, REFRESH_MS);
  return refresh();
}
