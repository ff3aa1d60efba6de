// Creates elements. Text is inserted as text, never as markup, with escapes for invisible characters.

const SVG = ["http:", "", "www.w3.org", "2000", "svg"].join("/"); // a name, not an address

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
  return filled(document.createElement(tag), classes, attributes, children);
}

/** The same for an element of an image. */
function draw(what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  return filled(document.createElementNS(SVG, tag), classes, attributes, children);
}

function filled(element, classes, attributes, children) {
  if (classes.length) element.setAttribute("class", classes.join(" "));
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, seen(String(value)));
  }
  const some = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== "" && child !== false);
  element.append(...some.map((child) => (child instanceof Node ? child : seen(String(child)))));
  return element;
}

/** A word with its sign and tone. */
function badge(look) {
  return make(
    "span.badge",
    { data: { tone: look.tone }, title: look.meaning },
    make("span.glyph", { "aria-hidden": "true" }, look.glyph),
    look.label,
  );
}

/** Drift has a look of its own: its sign in a box. */
function driftBadge(name) {
  const look = drifts[name];
  return look ? make("span.badge", { data: { tone: look.tone }, title: look.meaning }, driftSign(name), look.label) : null;
}

function driftSign(name) {
  return make("span.sign", { "aria-hidden": "true" }, drifts[name].glyph);
}

/** The sign of drift, where the word of the cell does not say it already. */
function driftMark({ drift, look }) {
  return ["differs", "unmatched"].includes(drift) && look !== drifts[drift] ? driftSign(drift) : null;
}

function severityBadge(severity) {
  return make("span.severity", { data: { severity } }, severity);
}

/** The first letter of the worst severity. */
function mark(marks) {
  const severity = worst(marks);
  return severity ? make("span.mark", { data: { severity }, role: "img", "aria-label": `${severity} finding` }, severity[0].toUpperCase()) : null;
}

function code(text) {
  return make("code", {}, text);
}

/** What is folded is made when it is opened for the first time. */
function folded(summary, content, attributes = {}) {
  const element = make("details", attributes, make("summary", {}, summary));
  const fill = () => element.childElementCount < 2 && element.append(make("div.inside", {}, content()));
  element.addEventListener("toggle", () => element.open && fill());
  if (attributes.open) fill();
  return element;
}

/** The first entries, and a button for the next ones. */
function some(entries, most, drawOne, holder = "div") {
  const list = make(holder);
  const more = make("button.plain.more", { type: "button", onclick: () => add() });
  const add = () => {
    const from = list.childElementCount;
    list.append(...entries.slice(from, from + most).map(drawOne));
    const left = entries.length - list.childElementCount;
    more.hidden = left <= 0;
    more.textContent = `Show ${number(Math.min(left, most))} more of ${number(entries.length)}`;
  };
  add();
  return [list, more];
}

/** A table that may be wider than its place; on a narrow screen each row is a card. */
function table(heads, rows, name) {
  return make(
    "div.wide",
    {},
    make(
      "table",
      { "aria-label": name },
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          heads.map((head) => (head ? make("th", { scope: "col" }, head) : make("td"))),
        ),
      ),
      make(
        "tbody",
        {},
        rows.map((row) => tableRow(heads, row)),
      ),
    ),
  );
}

function tableRow(heads, row) {
  return make(
    "tr",
    {},
    row.map((value, place) => make("td", { data: { head: heads[place] } }, value)),
  );
}
