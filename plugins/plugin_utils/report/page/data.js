// The data of the page, as encoding.py writes it: values that accounts share are read from a pool when an account is opened.

const data = JSON.parse(document.getElementById("data").textContent);

const statuses = Object.entries(data.statuses).map(([name, told]) => ({ name, ...told }));
const severities = [...data.severities].reverse(); // the lowest first, in the order of the bits
const otherStatus = { name: "other", label: "other", glyph: "?", tone: "attention", meaning: "" };

const outcomes = {
  unreachable: { label: "unreachable", glyph: "✕", tone: "bad" },
  failed: { label: "failed", glyph: "✕", tone: "bad" },
  refused: { label: "refused", glyph: "⊘", tone: "bad" },
  changed: { label: "changed", glyph: "±", tone: "change" },
  would_change: { label: "would change", glyph: "±", tone: "planned" },
  attention: { label: "needs review", glyph: "≠", tone: "attention" },
  in_sync: { label: "in sync", glyph: "✓", tone: "good" },
};

const columns = data.columns.map(([service, kind, name, shared], index) => ({ index, service, kind, name, shared }));

const accounts = data.rows.map(([host, id, outcome, marks, rest, cells], index) => {
  const account = { index, host, id, outcome, marks, rest, text: `${host} ${id || ""}`.toLowerCase() };
  account.cells = cells.map(([column, status, cellMarks, cellRest, varying, kind, name]) => ({
    account,
    column,
    status: statuses[status] || otherStatus,
    marks: cellMarks,
    rest: cellRest,
    varying,
    kind: kind || columns[column].kind,
    name: name || columns[column].name,
  }));
  account.at = new Map();
  for (const cell of account.cells) {
    cell.text = cell.name.toLowerCase();
    account.at.set(cell.column, [...(account.at.get(cell.column) || []), cell]);
  }
  account.allMarks = account.cells.reduce((all, cell) => all | cell.marks, marks);
  return account;
});

/** A complete value of an account: references are resolved and the account's own ID is inserted. */
function whole(value, account) {
  if (typeof value === "string") return account.id ? value.replaceAll(data.ownAccount, account.id) : value;
  if (Array.isArray(value)) return value.map((entry) => whole(entry, account));
  if (value === null || typeof value !== "object") return value;
  const reference = Object.hasOwn(value, "") ? value[""] : null;
  if (typeof reference === "number") return whole(data.pool[reference], account);
  return Object.fromEntries(
    (reference || Object.entries(value)).map(([key, entry]) => [whole(key, account), whole(entry, account)]),
  );
}

/** The worst severity of some marks, or an empty text. */
function worst(marks) {
  return marks ? severities[31 - Math.clz32(marks)] : "";
}

function serviceName(service) {
  return data.services[service]?.name || service || "Others";
}

/** The lifecycle of a service, in a few words. */
function life(service) {
  const told = data.services[service];
  if (!told) return "";
  return told.state === "open" ? "open" : [told.state, told.since].filter(Boolean).join(" ");
}

function number(count) {
  return count.toLocaleString("en-US");
}

/** "1 account", "2 accounts". */
function counted(count, one) {
  return `${number(count)} ${one}${count === 1 ? "" : "s"}`;
}
