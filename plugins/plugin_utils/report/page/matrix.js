// The matrix of accounts and objects. Only visible rows are in the document.

const matrix = { view: null, drawn: new Map(), active: { row: 0, place: -1 }, compact: false };
const AROUND = 4; // rows drawn above and below the visible ones

function rowHeight() {
  return matrix.compact ? 28 : 38;
}

/** The view of the matrix: what saves it, and the matrix itself, which is filled once it is in the document. */
function drawMatrixView() {
  const choices = [
    ["worst", "worst first"],
    ["name", "by name"],
  ];
  return [
    make(
      "div.heading",
      {},
      make("h2", {}, "Accounts and their roles and policies"),
      select("Order", "order", choices),
      make("button.plain", { type: "button", id: "words", "aria-pressed": String(!matrix.compact), onclick: toggleWords }, "Words"),
      make(
        "span.buttons",
        {},
        exportButtons("objects", () => shown().rows.flatMap((account) => account.cells.filter(fits).map(exportedObject)), OBJECT_COLUMNS),
      ),
    ),
    make("p.legend", {}, legend()),
    make("div", { id: "matrix", onscroll: whenScrolled, tabindex: 0, role: "region", "aria-label": "Matrix" }),
  ];
}

/** The three looks of a cell. */
function legend() {
  const parts = [
    ["Word and ground: ", "whether it is there"],
    [driftSign("differs"), " drift: it differs from its profile or declaration"],
    [make("span.mark", { data: { severity: "high" }, "aria-hidden": "true" }, "H"), " risk: its worst finding"],
  ];
  return parts.map((part) => make("span", {}, part));
}

function toggleWords(event) {
  matrix.compact = !matrix.compact;
  event.target.setAttribute("aria-pressed", String(!matrix.compact));
  drawMatrix(shown());
}

let isWaiting = false;

function whenScrolled() {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    isWaiting = false;
    if (document.getElementById("matrix") && matrix.view.rows.length) drawRows();
  });
}

function drawMatrix(view) {
  const holder = document.getElementById("matrix");
  const top = holder.scrollTop;
  matrix.view = view;
  matrix.drawn.clear();
  document.getElementById("order").value = chosen.order;
  holder.classList.toggle("compact", matrix.compact);
  if (!view.rows.length) {
    holder.replaceChildren(make("p.empty", {}, "Nothing matches the filters."));
    return;
  }
  matrix.body = make("tbody", {}, make("tr.gap", { "aria-hidden": "true" }), make("tr.gap", { "aria-hidden": "true" }));
  const table = gridOf(view);
  // An object's name is shown vertically over its column, up to a maximum length.
  const longest = Math.max(...view.columns.map((column) => headingOf(column).length));
  table.style.setProperty("--heading", `${Math.min(Math.max(longest * 7 + 16, 60), 236)}px`);
  table.style.setProperty("--columns", view.columns.length);
  holder.replaceChildren(table);
  holder.scrollTop = top;
  matrix.active = { row: Math.min(matrix.active.row, view.rows.length - 1), place: Math.min(matrix.active.place, view.columns.length - 1) };
  drawRows();
}

function gridOf({ rows, columns: kept }) {
  const counts = { "aria-rowcount": rows.length + 2, "aria-colcount": kept.length + 1 };
  const widths = [make("col.account"), kept.map(() => make("col")), make("col.rest")];
  const name = "Accounts and their roles and policies";
  const table = make("table", { role: "grid", "aria-label": name, ...counts }, make("colgroup", {}, widths), drawHeading(matrix.view), matrix.body);
  table.addEventListener("click", openCell);
  table.addEventListener("keydown", moved);
  table.addEventListener("focusin", (event) => {
    const place = placeOf(event.target);
    if (place) activate(place, false);
  });
  return table;
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
        {
          type: "button",
          tabindex: -1,
          data: { row, place: -1, tone: outcome.tone },
          "aria-label": `${account.host} ${account.id || ""}: ${outcome.label}`,
        },
        make("span.glyph", { title: outcome.label }, outcome.glyph),
        make("span.host", {}, account.host),
        account.id && account.id !== account.host ? make("span.id", {}, account.id) : null,
        mark(account.allMarks),
      ),
    ),
    account.cells.length
      ? null
      : make("td.failure", { role: "gridcell", colspan: matrix.view.columns.length + 1 }, make("div", {}, failureOf(account))),
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
  const cell = cells.reduce((one, other) => (importance(other) < importance(one) ? other : one));
  const marks = cells.reduce((all, one) => all | one.marks, 0);
  const many = cells.length > 1 ? `${cells.length} ` : "";
  const severity = worst(marks);
  const drift = cell.drift && cell.look !== drifts[cell.drift] && cell.look !== goodLook ? `, ${drifts[cell.drift].label}` : "";
  const label = `${many ? `${many}objects` : cell.name}: ${cell.look.label}${drift}${severity ? `, ${severity} finding` : ""}`;
  const button = pattern(cell, many, severity, marks).cloneNode(true);
  button.title = label;
  button.ariaLabel = `${cell.account.host}, ${label}`;
  button.dataset.row = row;
  button.dataset.place = place;
  if (!cells.some(fits)) button.classList.add("dim");
  return button;
}

const striking = [
  presences.left_over,
  presences.left_in,
  presences.unwanted,
  presences.missing,
  drifts.differs,
  drifts.unmatched,
  presences.quarantined,
];

/** What was written first, then what is striking, then the rest, and what is not there last. */
function importance({ status, look }) {
  if (status.written) return status.place;
  if (look === presences.absent) return 200;
  return 100 + (striking.includes(look) ? striking.indexOf(look) : striking.length);
}

const patterns = new Map();

/** The template of all cells that look the same: a copy is several times faster than a new cell. */
function pattern({ look, drift }, many, severity, marks) {
  const key = `${look.label} ${look.tone} ${drift} ${many}${severity}`;
  if (!patterns.has(key)) {
    const own = mark(marks);
    if (own) own.setAttribute("aria-hidden", "true");
    const made = make(
      "button.cell",
      { type: "button", tabindex: -1, data: { tone: look.tone } },
      make("span.glyph", { "aria-hidden": "true" }, look.glyph),
      make("span.word", {}, many + look.label),
      driftMark({ look, drift }),
      own,
    );
    patterns.set(key, made);
  }
  return patterns.get(key);
}
