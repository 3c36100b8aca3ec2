// Reads the server's answers for the pages; what goes wrong is an Error with the server's own words.

/** @param {string} path */
export async function getJson(path) {
  const response = await fetch(path, { headers: { Accept: 'application/json' } });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error?.message ?? `the server answered ${response.status}`);
  return body;
}
