// Asks the server for the pages; what goes wrong is an Error with the server's own words.

/** @param {string} path */
export async function getJson(path) {
  return answerTo(await fetch(path, { headers: { Accept: 'application/json' } }));
}

/** @param {string} path @param {object} body */
export async function postJson(path, body = {}) {
  const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
  return answerTo(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answerTo(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error?.message ?? `the server answered ${response.status}`);
  return body;
}
