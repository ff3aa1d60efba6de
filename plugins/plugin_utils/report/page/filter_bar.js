// The head of the page with the links to the views, and the filters.

function drawHead() {
  const { run } = data;
  const facts = [
    run.playbook,
    run.check_mode ? "check mode, nothing was written" : "",
    moment(run.started),
    seconds(run),
    counted(data.totals.api_calls, "AWS call"),
  ];
  const links = Object.entries(views).map(([name, { label }]) => make("a", { data: { view: name } }, label));
  const details = make("input", { type: "checkbox", id: "print-details" });
  document
    .getElementById("head")
    .append(
      make("h1", {}, "IAM permissions of AWS machine-learning services"),
      make("p", {}, facts.filter(Boolean).join(" · ")),
      make("nav", { id: "views", "aria-label": "Views" }, links),
      make(
        "span.printing",
        {},
        make("label", {}, details, " with details"),
        make("button.plain", { type: "button", onclick: () => window.print() }, "Print"),
      ),
    );
}

function seconds(run) {
  const taken = Math.round((Date.parse(run.ended) - Date.parse(run.started)) / 1000);
  if (!(taken >= 0)) return "";
  return taken < 120 ? `${taken} s` : `${Math.round(taken / 60)} min`;
}

const pressed = [];

/** A button that adds a value to a set of the filters and removes it again. */
function chip(name, value, label, count, title) {
  const button = make(
    "button.chip",
    { type: "button", "aria-pressed": "false", title, data: { value } },
    label,
    make("span.count", {}, number(count)),
  );
  button.addEventListener("click", () => {
    if (!chosen[name].delete(value)) chosen[name].add(value);
    changed();
  });
  pressed.push(() => button.setAttribute("aria-pressed", String(chosen[name].has(value))));
  return button;
}

function group(title, chips) {
  if (!chips.length) return null;
  return make(
    "div.group",
    { data: { filter: title }, role: "group", "aria-label": title },
    make("span.title", {}, title),
    make("div.chips", {}, chips),
  );
}

/** How often each value occurs. */
function tally(entries, valueOf) {
  const counts = new Map();
  for (const entry of entries) counts.set(valueOf(entry), (counts.get(valueOf(entry)) || 0) + 1);
  return counts;
}

function lookChips(name, looks, cells) {
  const counts = tally(cells, (cell) => cell[name]);
  return Object.entries(looks)
    .filter(([value]) => counts.get(value))
    .map(([value, look]) => chip(name, value, name === "drift" ? driftBadge(value) : badge(look), counts.get(value), look.meaning));
}

/** The filters of one click, each with how often its value occurs. */
function chipGroups() {
  const cells = accounts.flatMap((account) => account.cells);
  const written = Object.fromEntries(
    statuses.filter((status) => status.written || status.name === "quarantined").map((status) => [status.name, status]),
  );
  const [outcomeCounts, services, marked] = [
    tally(accounts, (account) => account.outcome),
    tally(cells, (cell) => cell.service),
    tally(openRecords, (record) => record.change),
  ];
  const severe = data.severities.filter((severity) => accounts.some((account) => account.allMarks & (1 << severities.indexOf(severity))));
  const counts = new Map(bySeverity(openRecords));
  return [
    group(
      "Risk",
      severe.map((severity) => chip("severity", severity, severityBadge(severity), counts.get(severity) || 0)),
    ),
    group(
      "Change",
      Object.keys(changes)
        .filter((name) => marked.get(name))
        .map((name) => chip("change", name, name, marked.get(name), changes[name].meaning)),
    ),
    group("Presence", lookChips("presence", presences, cells)),
    group("Drift", lookChips("drift", drifts, cells)),
    group("This run", lookChips("written", written, cells)),
    group(
      "Outcome",
      outcomeOrder.filter((name) => outcomeCounts.get(name)).map((name) => chip("outcome", name, badge(outcomes[name]), outcomeCounts.get(name))),
    ),
    group(
      "Service",
      [...new Set(columns.map((column) => column.service))].map((service) =>
        chip("service", service, serviceName(service), services.get(service), life(service)),
      ),
    ),
  ];
}

function drawFilters() {
  const folding = make("details", { id: "more-filters" }, make("summary", {}, "Filters"), make("div.all-chips", {}, chipGroups()));
  folding.open = window.innerWidth > 900;
  const reset = make("button.plain", { type: "button", id: "clear", onclick: clearFilters }, "Clear filters");
  const fields = [
    textField("Account", "account", "name or ID"),
    textField("Text", "text", "role, policy or finding"),
    setSelect("Unit", "ou"),
    setSelect("Owner", "owner"),
    acceptedSelect(),
  ];
  document.getElementById("filters").append(make("div.fields", {}, fields, make("output", { id: "shown", "aria-live": "polite" }), reset), folding);
}

function clearFilters() {
  cleared();
  for (const input of document.querySelectorAll("#filters input")) input.value = "";
  changed();
}

function textField(label, name, placeholder) {
  const input = make("input", { type: "search", id: `filter-${name}`, placeholder, autocomplete: "off", spellcheck: "false" });
  input.addEventListener("input", () => {
    chosen[name] = input.value;
    changed(false);
  });
  pressed.push(() => {
    if (document.activeElement !== input) input.value = chosen[name];
  });
  return make("label", { data: { filter: label } }, `${label} `, input);
}

/** A choice of one value for a filter that can have several; the address and the heat map can choose more. */
function setSelect(label, name) {
  const counts = tally(accounts, (account) => account[name]);
  if (counts.size < 2) return null;
  const values = [...counts.keys()].sort();
  const choices = [
    make("option", { value: "all" }, "all"),
    values.map((value) => make("option", { value: `=${value}` }, `${value || "not known"} (${number(counts.get(value))})`)),
    make("option", { value: "several", hidden: "" }, "several"),
  ];
  const element = make("select", { id: `filter-${name}` }, choices);
  element.addEventListener("change", () => {
    chosen[name] = new Set(element.value.startsWith("=") ? [element.value.slice(1)] : []);
    changed();
  });
  pressed.push(() => (element.value = chosen[name].size > 1 ? "several" : chosen[name].size ? `=${[...chosen[name]][0]}` : "all"));
  return make("label", {}, `${label} `, element);
}

function acceptedSelect() {
  if (!records.some((record) => record.state !== "open")) return null;
  const choices = [
    ["hidden", "hidden"],
    ["shown", "shown"],
    ["only", "only these"],
    ["ended", "only those not accepted any more"],
  ];
  const label = select("Accepted", "accepted", choices);
  label.dataset.filter = "Accepted";
  pressed.push(() => (label.querySelector("select").value = chosen.accepted));
  return label;
}
