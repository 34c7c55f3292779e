// Elements made from parts. Whatever is text becomes a text node, and nothing is ever parsed.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: its attributes, then its children; what is null or false is left out. */
export function element(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

export function drawn(name, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, name), attributes, children);
}

/** Text that somebody else wrote: its direction stays within it. */
export function foreign(text, attributes = {}) {
  return element("bdi", attributes, text);
}

function furnish(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== false));
  return made;
}
