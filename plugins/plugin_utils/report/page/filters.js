// What is shown: depends only on the data and the chosen filters.

const outcomeOrder = Object.keys(outcomes);
const orders = {
  worst: (one, other) =>
    outcomeOrder.indexOf(one.outcome) - outcomeOrder.indexOf(other.outcome) || other.allMarks - one.allMarks || one.index - other.index,
  name: (one, other) => one.index - other.index,
};

function among(name, value) {
  return !chosen[name].size || chosen[name].has(value);
}

/** Whether an account fits the filters that are about accounts. */
function fitsAccount(account) {
  return (
    (!chosen.account || account.text.includes(chosen.account.trim().toLowerCase())) &&
    among("outcome", account.outcome) &&
    among("ou", account.ou) &&
    among("owner", account.owner)
  );
}

/** Whether a filter for roles or policies is set. */
function asksOfObjects() {
  return Boolean(chosen.text || ["service", "presence", "drift", "written", "severity"].some((name) => chosen[name].size));
}

function hasSeverity(marks) {
  return !chosen.severity.size || severities.some((severity, bit) => chosen.severity.has(severity) && marks & (1 << bit));
}

function fitsLooks(cell) {
  return among("presence", cell.presence) && among("drift", cell.drift) && among("written", cell.written);
}

function fits(cell) {
  return (
    among("service", cell.service) &&
    fitsLooks(cell) &&
    hasSeverity(cell.marks) &&
    (!chosen.text || cell.text.includes(chosen.text.trim().toLowerCase()))
  );
}

/** The accounts and columns with a match, and the number of matching roles and policies. */
function shown() {
  const asks = asksOfObjects();
  const ownMarksCount = chosen.severity.size && !chosen.text && ["service", "presence", "drift", "written"].every((name) => !chosen[name].size);
  const used = new Set();
  const rows = [];
  let fitting = 0;
  for (const account of accounts) {
    if (!fitsAccount(account)) continue;
    let here = 0;
    for (const cell of account.cells) {
      if (asks && !fits(cell)) continue;
      here += 1;
      used.add(cell.column);
    }
    if (asks && !here && !(ownMarksCount && hasSeverity(account.marks))) continue;
    fitting += here;
    rows.push(account);
  }
  rows.sort(orders[chosen.order] || orders.worst);
  return { rows, columns: columns.filter((column) => used.has(column.index)), fitting };
}

/** The records that fit the filters; accepted findings only if they are asked for. */
function shownRecords() {
  const text = chosen.text.trim().toLowerCase();
  const fitting = new Map();
  return records.filter((record) => {
    const { account, cell } = record;
    if (!fitting.has(account)) fitting.set(account, fitsAccount(account));
    return (
      fitting.get(account) &&
      isAskedFor(record.state) &&
      among("severity", record.severity) &&
      among("service", record.service) &&
      among("change", record.change) &&
      (cell ? fitsLooks(cell) : !chosen.presence.size && !chosen.drift.size && !chosen.written.size) &&
      (!text || wordsOf(record).includes(text))
    );
  });
}

function isAskedFor(state) {
  if (chosen.accepted === "ended") return ["expired", "outgrown"].includes(state);
  if (chosen.accepted === "only") return state === "accepted";
  return state !== "accepted" || chosen.accepted === "shown";
}
