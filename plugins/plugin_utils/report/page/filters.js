// What is shown: depends only on the data and the chosen filters.

const chosen = {
  account: "",
  object: "",
  services: new Set(),
  statuses: new Set(),
  severities: new Set(),
  outcomes: new Set(),
  order: "worst",
};

const outcomeOrder = Object.keys(outcomes);
const orders = {
  worst: (one, other) =>
    outcomeOrder.indexOf(one.outcome) - outcomeOrder.indexOf(other.outcome) ||
    other.allMarks - one.allMarks ||
    one.index - other.index,
  name: (one, other) => one.index - other.index,
};

/** Whether a filter for roles or policies is set. */
function asksOfObjects() {
  return Boolean(chosen.object || chosen.services.size || chosen.statuses.size || chosen.severities.size);
}

function hasSeverity(marks) {
  if (!chosen.severities.size) return true;
  return severities.some((severity, bit) => chosen.severities.has(severity) && marks & (1 << bit));
}

function fits(cell) {
  return (
    (!chosen.services.size || chosen.services.has(columns[cell.column].service)) &&
    (!chosen.statuses.size || chosen.statuses.has(cell.status.name)) &&
    hasSeverity(cell.marks) &&
    (!chosen.object || cell.text.includes(chosen.object))
  );
}

/** The accounts and columns with a match, and the number of matching roles and policies. */
function shown() {
  const asks = asksOfObjects();
  const ownMarksCount = chosen.severities.size && !chosen.object && !chosen.services.size && !chosen.statuses.size;
  const used = new Set();
  const rows = [];
  let fitting = 0;
  for (const account of accounts) {
    if (chosen.account && !account.text.includes(chosen.account)) continue;
    if (chosen.outcomes.size && !chosen.outcomes.has(account.outcome)) continue;
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
  rows.sort(orders[chosen.order]);
  return { rows, columns: columns.filter((column) => used.has(column.index)), fitting };
}

function clearFilters() {
  chosen.account = chosen.object = "";
  for (const set of [chosen.services, chosen.statuses, chosen.severities, chosen.outcomes]) set.clear();
}
