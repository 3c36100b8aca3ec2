// Whether keys that a page gets go into a password field, as the page itself knows it.
import type { Page } from 'playwright-core';

/** In the page: the element with the focus, also inside of open shadow trees. */
const FOCUSED = `(() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.type === 'password';
})()`;
const ANYWHERE = `document.querySelector('input[type=password]') !== null`;

/** Each frame remembers its focus; which of them has the page's is not asked, so one too many may count. */
export async function focusesPassword(page: Page, anywhere: boolean): Promise<boolean> {
  const asked = page.frames().map(async (frame) => {
    const focused = (await frame.evaluate(FOCUSED)) === true;
    return focused || (anywhere && (await frame.evaluate(ANYWHERE)) === true);
  });
  return (await Promise.all(asked)).includes(true);
}
