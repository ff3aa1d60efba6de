// Creates elements. Text is inserted as text, never as markup, with escapes for invisible characters.

/** Text of an account with escapes for characters that are invisible, change the direction of writing or have no width. */
function seen(text) {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (sign) => {
    const code = sign.codePointAt(0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** `make("p.note", {title: "…"}, "text", child)`: `on…` are listeners, `data` goes to the dataset; null children are left out. */
function make(what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, seen(String(value)));
  }
  const known = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== "");
  element.append(...known.map((child) => (typeof child === "string" ? seen(child) : child)));
  return element;
}

/** A status or an outcome: its glyph and its label. */
function badge(status) {
  return make("span.badge", { data: { tone: status.tone } }, make("span.glyph", { "aria-hidden": "true" }, status.glyph), status.label);
}

function severityBadge(severity) {
  return make("span.severity", { data: { severity } }, severity);
}
