// Makes elements. Text goes in as text, never as markup.

/** `make("p.note", {title: "…"}, "text", child)`: `on…` are listeners, `data` goes to the dataset; null children are left out. */
function make(what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** A status or an outcome: its glyph and its label. */
function badge(status) {
  return make("span.badge", { data: { tone: status.tone } }, make("span.glyph", { "aria-hidden": "true" }, status.glyph), status.label);
}

function severityBadge(severity) {
  return make("span.severity", { data: { severity } }, severity);
}
