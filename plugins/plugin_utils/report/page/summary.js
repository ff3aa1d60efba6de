// The head of the page: the run, the totals, and the filters.

function drawHead() {
  const run = data.run;
  const facts = [run.playbook, run.check_mode ? "check mode, nothing was written" : "", moment(run.started), seconds(run)];
  document.getElementById("head").append(
    make("h1", {}, "IAM permissions of AWS machine-learning services"),
    make("p", {}, facts.filter(Boolean).join(" · ")),
  );
}

function moment(text) {
  return (text || "").replace(/^(\d{4}-\d\d-\d\d)T([\d:]+?)(?:\.\d+)?(?:Z|\+00:00)$/, "$1 $2 UTC");
}

function seconds(run) {
  const taken = Math.round((Date.parse(run.ended) - Date.parse(run.started)) / 1000);
  if (!(taken >= 0)) return "";
  return taken < 120 ? `${taken} s` : `${Math.round(taken / 60)} min`;
}

/** A button that adds a value to a set of the filters and removes it again. */
function chip(set, value, label, count, title) {
  const button = make(
    "button.chip",
    { type: "button", "aria-pressed": String(set.has(value)), title, data: { value } },
    label,
    make("span.count", {}, number(count)),
  );
  button.addEventListener("click", () => {
    if (!set.delete(value)) set.add(value);
    refresh();
  });
  pressed.push(() => button.setAttribute("aria-pressed", String(set.has(value))));
  return button;
}

const pressed = [];

function group(title, count, chips, note) {
  return make(
    "div.total",
    { role: "group", "aria-label": title },
    make("h2", {}, make("b", {}, number(count)), ` ${title}`, note ? make("span.note", {}, note) : null),
    make("div.chips", {}, chips),
  );
}

function drawTotals() {
  const totals = data.totals;
  const found = Object.values(totals.findings).reduce((sum, count) => sum + count, 0);
  const written = Object.values(totals.writes).reduce((sum, count) => sum + count, 0);
  const facts = [
    written ? `${counted(written, "write")} made` : null,
    totals.planned_writes ? `${counted(totals.planned_writes, "write")} planned` : null,
    counted(totals.api_calls, "AWS call"),
  ];
  const paths = totals.escalation_paths ? `${counted(totals.escalation_paths, "way")} of escalating privileges` : "";
  document.getElementById("totals").append(
    group(
      totals.accounts === 1 ? "account" : "accounts",
      totals.accounts,
      outcomeOrder
        .filter((name) => totals.outcomes[name])
        .map((name) => chip(chosen.outcomes, name, badge(outcomes[name]), totals.outcomes[name])),
      facts.filter(Boolean).join(" · "),
    ),
    group(
      totals.objects === 1 ? "role or policy" : "roles and policies",
      totals.objects,
      statuses
        .filter((status) => totals.statuses[status.name])
        .map((status) => chip(chosen.statuses, status.name, badge(status), totals.statuses[status.name], status.meaning)),
    ),
    group(
      found === 1 ? "finding" : "findings",
      found,
      data.severities
        .filter((severity) => accounts.some((account) => account.allMarks & (1 << severities.indexOf(severity))))
        .map((severity) => chip(chosen.severities, severity, severityBadge(severity), totals.findings[severity] || 0)),
      paths,
    ),
  );
}

function drawFilters() {
  const present = [...new Set(columns.map((column) => column.service))];
  const counts = new Map();
  for (const account of accounts) {
    for (const cell of account.cells) {
      const service = columns[cell.column].service;
      counts.set(service, (counts.get(service) || 0) + 1);
    }
  }
  document.getElementById("filters").append(
    field("Account", "account", "name or ID"),
    field("Role or policy", "object", "name"),
    make("output", { id: "shown", "aria-live": "polite" }),
    make("button.plain", { type: "button", id: "clear", onclick: reset }, "Clear filters"),
    make(
      "label",
      {},
      "Order ",
      make(
        "select",
        { id: "order", onchange: (event) => ((chosen.order = event.target.value), refresh()) },
        make("option", { value: "worst" }, "worst first"),
        make("option", { value: "name" }, "by name"),
      ),
    ),
    make(
      "button.plain",
      { type: "button", id: "words", "aria-pressed": String(!matrix.compact), onclick: toggleWords },
      "Words",
    ),
    make(
      "div.chips",
      { role: "group", "aria-label": "Service" },
      present.map((service) => chip(chosen.services, service, serviceName(service), counts.get(service), life(service))),
    ),
  );
}

function field(label, key, placeholder) {
  const input = make("input", { type: "search", id: `filter-${key}`, placeholder, autocomplete: "off", spellcheck: "false" });
  input.addEventListener("input", () => {
    chosen[key] = input.value.trim().toLowerCase();
    refresh();
  });
  pressed.push(() => {
    if (!chosen[key] && document.activeElement !== input) input.value = "";
  });
  return make("label", {}, `${label} `, input);
}

function reset() {
  clearFilters();
  for (const input of document.querySelectorAll("#filters input")) input.value = "";
  refresh();
}

function toggleWords(event) {
  matrix.compact = !matrix.compact;
  event.target.setAttribute("aria-pressed", String(!matrix.compact));
  refresh();
}

/** Draw everything that depends on the filters again. */
function refresh() {
  const view = shown();
  for (const update of pressed) update();
  const all = view.rows.length === accounts.length && !asksOfObjects();
  document.getElementById("shown").textContent = all
    ? `all ${counted(accounts.length, "account")} shown`
    : `${number(view.rows.length)} of ${counted(accounts.length, "account")}, ${number(view.fitting)} of ${number(data.totals.objects)} roles and policies`;
  document.getElementById("clear").disabled = all;
  drawMatrix(view);
}
