// The matrix of accounts and objects. Only visible rows are in the document.

const matrix = { view: null, drawn: new Map(), active: { row: 0, place: -1 }, compact: false };
const AROUND = 4; // rows drawn above and below the visible ones

function rowHeight() {
  return matrix.compact ? 28 : 38;
}

function drawMatrix(view) {
  const holder = document.getElementById("matrix");
  const top = holder.scrollTop;
  matrix.view = view;
  matrix.drawn.clear();
  holder.classList.toggle("compact", matrix.compact);
  if (!view.rows.length) {
    holder.replaceChildren(make("p.empty", {}, "Nothing matches the filters."));
    return;
  }
  matrix.body = make("tbody", {}, make("tr.gap", { "aria-hidden": "true" }), make("tr.gap", { "aria-hidden": "true" }));
  const table = make(
    "table",
    { role: "grid", "aria-label": "Accounts and their roles and policies", "aria-rowcount": view.rows.length + 2, "aria-colcount": view.columns.length + 1 },
    make("colgroup", {}, make("col.account"), view.columns.map(() => make("col")), make("col.rest")),
    drawHeading(view),
    matrix.body,
  );
  table.addEventListener("click", opened);
  table.addEventListener("keydown", moved);
  table.addEventListener("focusin", (event) => {
    const place = placeOf(event.target);
    if (place) activate(place, false);
  });
  // An object's name is shown vertically over its column, up to a maximum length.
  const longest = Math.max(...view.columns.map((column) => headingOf(column).length));
  table.style.setProperty("--heading", `${Math.min(Math.max(longest * 7 + 16, 60), 236)}px`);
  table.style.setProperty("--columns", view.columns.length);
  holder.replaceChildren(table);
  holder.scrollTop = top;
  matrix.active = { row: Math.min(matrix.active.row, view.rows.length - 1), place: Math.min(matrix.active.place, view.columns.length - 1) };
  drawRows();
}

function drawHeading(view) {
  const groups = [];
  for (const column of view.columns) {
    const last = groups[groups.length - 1];
    if (last && last.service === column.service) last.columns.push(column);
    else groups.push({ service: column.service, columns: [column] });
  }
  return make(
    "thead",
    {},
    make(
      "tr.services",
      { "aria-rowindex": 1 },
      make("th.account", { scope: "col", rowspan: 2 }, "Account"),
      groups.map((group) =>
        make(
          "th.service",
          { scope: "colgroup", colspan: group.columns.length, title: `${serviceName(group.service)} ${life(group.service)}` },
          make("span", {}, serviceName(group.service).replace(/^(AWS|Amazon) /, "")),
          make("small", {}, life(group.service)),
        ),
      ),
      make("th.rest", { rowspan: 2, "aria-hidden": "true" }),
    ),
    make(
      "tr.objects",
      { "aria-rowindex": 2 },
      view.columns.map((column, place) => {
        const kind = column.kind === "role" ? "" : ` ${column.kind}`;
        return make(
          `th${startsService(view, place) ? ".first" : ""}`,
          { scope: "col", title: (column.name || headingOf(column)) + kind },
          make("span", {}, headingOf(column), kind ? make("small", {}, kind) : null),
        );
      }),
    ),
  );
}

/** A name, without its middle if it is long: roles often differ only at the end. */
function headingOf({ name, shared }) {
  if (shared) return counted(shared, "other");
  return name.length > 31 ? `${name.slice(0, 15)}…${name.slice(-15)}` : name;
}

function startsService(view, place) {
  return place === 0 || view.columns[place - 1].service !== view.columns[place].service;
}

function drawRows() {
  const holder = document.getElementById("matrix");
  const { rows } = matrix.view;
  const height = rowHeight();
  const from = Math.max(0, Math.floor(holder.scrollTop / height) - AROUND);
  const to = Math.min(rows.length, Math.ceil((holder.scrollTop + holder.clientHeight) / height) + AROUND);
  for (const [row, element] of matrix.drawn) {
    if (row < from || row >= to) {
      element.remove();
      matrix.drawn.delete(row);
    }
  }
  const [above, below] = [matrix.body.firstElementChild, matrix.body.lastElementChild];
  let next = below;
  for (let row = to - 1; row >= from; row -= 1) {
    let element = matrix.drawn.get(row);
    if (!element) {
      element = drawRow(row);
      matrix.drawn.set(row, element);
      matrix.body.insertBefore(element, next);
    }
    next = element;
  }
  above.style.height = `${from * height}px`;
  below.style.height = `${(rows.length - to) * height}px`;
  for (const button of matrix.body.querySelectorAll("button[tabindex='0']")) button.tabIndex = -1;
  const tabbed = buttonAt(matrix.active) || matrix.body.querySelector("button");
  if (tabbed) tabbed.tabIndex = 0;
}

function drawRow(row) {
  const account = matrix.view.rows[row];
  const outcome = outcomes[account.outcome];
  return make(
    "tr",
    { "aria-rowindex": row + 3 },
    make(
      "th.account",
      { scope: "row" },
      make(
        "button",
        { type: "button", tabindex: -1, data: { row, place: -1, tone: outcome.tone }, "aria-label": `${account.host} ${account.id || ""}: ${outcome.label}` },
        make("span.glyph", { title: outcome.label }, outcome.glyph),
        make("span.host", {}, account.host),
        account.id && account.id !== account.host ? make("span.id", {}, account.id) : null,
        mark(account.allMarks),
      ),
    ),
    account.cells.length ? null : make("td.failure", { role: "gridcell", colspan: matrix.view.columns.length + 1 }, make("div", {}, failureOf(account))),
    (account.cells.length ? matrix.view.columns : []).map((column, place) => {
      const cells = account.at.get(column.index);
      const first = startsService(matrix.view, place) ? ".first" : "";
      return make(`td${first}`, { role: "gridcell" }, cells ? cellButton(cells, column, row, place) : null);
    }),
    account.cells.length ? make("td.rest", { "aria-hidden": "true" }) : null,
  );
}

/** The first line of the reason why an account has nothing to show. */
function failureOf(account) {
  const [first] = whole(account.rest, account).failures || [];
  return first ? `${outcomes[account.outcome].label}: ${first.message.split("\n")[0]}` : "no role or policy";
}

/** The button of a cell; if rare objects share a column, that of the most important one. */
function cellButton(cells, column, row, place) {
  const cell = cells.reduce((one, other) => (statuses.indexOf(other.status) < statuses.indexOf(one.status) ? other : one));
  const marks = cells.reduce((all, one) => all | one.marks, 0);
  const many = cells.length > 1 ? `${cells.length} ` : "";
  const severity = worst(marks);
  const label = `${many ? `${many}objects` : cell.name}: ${cell.status.label}${severity ? `, ${severity} finding` : ""}`;
  const button = pattern(cell.status, many, severity, marks).cloneNode(true);
  button.title = label;
  button.ariaLabel = `${cell.account.host}, ${label}`;
  button.dataset.row = row;
  button.dataset.place = place;
  if (!cells.some(fits)) button.classList.add("dim");
  return button;
}

const patterns = new Map();

/** The template of all cells that look the same: a copy is several times faster than a new cell. */
function pattern(status, many, severity, marks) {
  const key = `${status.name} ${many}${severity}`;
  if (!patterns.has(key)) {
    const made = make(
      "button.cell",
      { type: "button", tabindex: -1, data: { tone: status.tone } },
      make("span.glyph", { "aria-hidden": "true" }, status.glyph),
      make("span.word", {}, many + status.label),
      mark(marks),
    );
    patterns.set(key, made);
  }
  return patterns.get(key);
}

/** The first letter of the worst severity. */
function mark(marks) {
  const severity = worst(marks);
  return severity ? make("span.mark", { data: { severity }, "aria-hidden": "true" }, severity[0].toUpperCase()) : null;
}

function buttonAt({ row, place }) {
  const element = matrix.drawn.get(row);
  return element ? element.querySelector(`button[data-place="${place}"]`) : null;
}

function placeOf(target) {
  const button = target.closest("button[data-row]");
  return button ? { row: Number(button.dataset.row), place: Number(button.dataset.place) } : null;
}

function activate(place, focus) {
  const before = buttonAt(matrix.active);
  if (before) before.tabIndex = -1;
  matrix.active = place;
  if (focus) bringIntoSight(place.row);
  const button = buttonAt(place);
  if (!button) return;
  button.tabIndex = 0;
  if (focus) {
    button.focus({ preventScroll: true });
    if (place.place >= 0) bringColumnIntoSight(button);
  }
}

function bringIntoSight(row) {
  const holder = document.getElementById("matrix");
  const heading = holder.querySelector("thead").offsetHeight;
  const top = row * rowHeight();
  if (top < holder.scrollTop) holder.scrollTop = top;
  const room = holder.clientHeight - heading - rowHeight();
  if (top > holder.scrollTop + room) holder.scrollTop = top - room;
  drawRows();
}

function bringColumnIntoSight(button) {
  const holder = document.getElementById("matrix");
  const fixed = holder.querySelector("th.account").offsetWidth;
  const cell = button.parentElement;
  if (cell.offsetLeft - fixed < holder.scrollLeft) holder.scrollLeft = cell.offsetLeft - fixed;
  const right = cell.offsetLeft + cell.offsetWidth;
  if (right > holder.scrollLeft + holder.clientWidth) holder.scrollLeft = right - holder.clientWidth;
}

const steps = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
};

function moved(event) {
  const place = placeOf(event.target);
  if (!place) return;
  const { rows, columns: shownColumns } = matrix.view;
  let target = null;
  if (event.key === "Home") target = { row: event.ctrlKey ? 0 : place.row, place: -1 };
  else if (event.key === "End") target = lastOf(event.ctrlKey ? rows.length - 1 : place.row);
  else if (steps[event.key]) {
    let [down, right] = steps[event.key];
    target = { ...place };
    do {
      target = { row: clamp(target.row + down, 0, rows.length - 1), place: clamp(target.place + right, -1, shownColumns.length - 1) };
      down = Math.sign(down);
    } while (!isThere(target) && !atEdge(target, down, right));
    if (!isThere(target)) target = place;
  }
  if (!target) return;
  event.preventDefault();
  activate(target, true);
}

function isThere({ row, place }) {
  return place < 0 || matrix.view.rows[row].at.has(matrix.view.columns[place].index);
}

function atEdge({ row, place }, down, right) {
  const { rows, columns: shownColumns } = matrix.view;
  return (down < 0 && row === 0) || (down > 0 && row === rows.length - 1) || (right > 0 && place === shownColumns.length - 1) || (right < 0 && place < 0);
}

function lastOf(row) {
  let place = matrix.view.columns.length - 1;
  while (!isThere({ row, place })) place -= 1;
  return { row, place };
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

function opened(event) {
  const place = placeOf(event.target);
  if (!place) return;
  activate(place, true);
  const account = matrix.view.rows[place.row];
  if (place.place < 0) openAccount(account);
  else {
    const cells = account.at.get(matrix.view.columns[place.place].index);
    if (cells.length > 1) openSeveral(cells);
    else openObject(cells[0]);
  }
}
