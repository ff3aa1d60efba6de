// On paper: everything that matches the filters; a table for each service, then the findings and failures as text.

const COLUMNS_ON_PAPER = 14;

function drawPrint() {
  const { rows, columns: kept } = shown();
  const byService = Map.groupBy ? Map.groupBy(kept, (column) => column.service) : grouped(kept);
  const parts = [];
  for (const [service, own] of byService) {
    for (let from = 0; from < own.length; from += COLUMNS_ON_PAPER) {
      parts.push(paperTable(service, own.slice(from, from + COLUMNS_ON_PAPER), rows));
    }
  }
  const filtered = document.getElementById("clear").disabled ? "" : `Filtered: ${document.getElementById("shown").textContent}.`;
  document.getElementById("print").replaceChildren(make("p", {}, filtered), ...parts, paperFailures(rows), paperFindings(rows));
}

function grouped(kept) {
  const found = new Map();
  for (const column of kept) found.set(column.service, [...(found.get(column.service) || []), column]);
  return found;
}

function paperTable(service, own, rows) {
  const there = rows.filter((account) => own.some((column) => account.at.has(column.index)));
  return make(
    "section",
    {},
    make("h2", {}, serviceName(service), make("small", {}, ` ${life(service)}`)),
    make(
      "table.paper",
      {},
      make("thead", {}, make("tr", {}, make("th", {}, "Account"), own.map((column) => make("th", {}, column.shared ? `${column.shared} others` : column.name)))),
      make("tbody", {}, there.map((account) =>
        make(
          "tr",
          {},
          make("th", {}, account.host, account.id && account.id !== account.host ? make("small", {}, ` ${account.id}`) : null),
          own.map((column) => make("td", {}, (account.at.get(column.index) || []).map((cell) => make("div", {}, badge(cell.status), mark(cell.marks))))),
        ),
      )),
    ),
  );
}

function paperFailures(rows) {
  const failed = rows.map((account) => [account, whole(account.rest, account).failures || []]).filter(([, failures]) => failures.length);
  if (!failed.length) return "";
  return make("section", {}, make("h2", {}, "Failures"), failed.map(([account, failures]) => [make("h3", {}, `${account.host} ${account.id || ""}`), failures.map(failure)]));
}

/** Each kind of finding once, with the objects and accounts that have it. */
function paperFindings(rows) {
  const found = new Map();
  for (const account of rows) {
    const cells = account.cells.filter((cell) => cell.marks && fits(cell));
    const own = account.marks ? whole(account.rest, account) : {};
    for (const holder of [...cells.map(known), own]) {
      for (const one of holder.findings || []) noted(found, one, account);
      for (const one of holder.escalation_paths || []) {
        noted(found, { severity: one.severity, code: "escalation", message: one.steps.join("; "), resource: `${one.from} → ${one.to}` }, account);
      }
    }
  }
  if (!found.size) return "";
  const sorted = [...found.values()].sort((one, other) => severities.indexOf(other.one.severity) - severities.indexOf(one.one.severity));
  return make(
    "section",
    {},
    make("h2", {}, "Findings"),
    sorted.map(({ one, resources, hosts }) =>
      make(
        "article.finding",
        {},
        make("p", {}, severityBadge(one.severity), make("b", {}, one.code)),
        make("p", {}, one.message),
        one.remedy ? make("p.remedy", {}, make("b", {}, "To fix: "), one.remedy) : null,
        make("p", {}, `${someOf([...resources])} in ${someOf([...hosts])}`),
      ),
    ),
  );
}

function noted(found, one, account) {
  const key = JSON.stringify([one.severity, one.code, one.message, one.remedy]);
  if (!found.has(key)) found.set(key, { one, resources: new Set(), hosts: new Set() });
  found.get(key).resources.add(one.resource);
  found.get(key).hosts.add(account.host);
}

function someOf(hosts) {
  return hosts.length > 12 ? `${hosts.slice(0, 12).join(", ")} and ${hosts.length - 12} more` : hosts.join(", ");
}

function clearPrint() {
  document.getElementById("print").replaceChildren();
}
