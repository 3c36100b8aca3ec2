// Elements of the pages. Texts of users go in as text, never as HTML.

/** @param {string} tag @param {string} className @param {string} [text] */
export function element(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param {string} href @param {string} text @param {string} label What it is for those who do not see where it stands. */
export function linkButton(href, text, label) {
  const link = element('a', 'button', text);
  link.href = href;
  link.setAttribute('aria-label', label);
  return link;
}

/**
 * Shows the items of a list, which is made anew only where something in it is another: a click must not fall between two buttons.
 * @param {Element} list @param {Element[]} items
 */
export function showItems(list, items) {
  const now = [...list.children].map((item) => item.outerHTML).join('');
  if (now !== items.map((item) => item.outerHTML).join('')) list.replaceChildren(...items);
  list.hidden = items.length === 0;
}
