// On paper: the summary of the run on few pages, and if it is asked for, the details of what matches the filters.

const COLUMNS_ON_PAPER = 14;
const GROUPS_ON_PAPER = 14;

function drawPrint() {
  const details = document.getElementById("print-details").checked ? paperDetails() : [];
  const parts = [paperState(), paperGrave(), paperWritten(), paperChanges(), paperCalendar(), paperHeat(), trendSection(), paperUnread(), ...details];
  document.getElementById("print").replaceChildren(...parts.filter(Boolean));
}

function clearPrint() {
  document.getElementById("print").replaceChildren();
}

function paperSection(title, ...content) {
  return make("section", {}, make("h2", {}, title), content);
}

function paperState() {
  return make("section", {}, make("p.sentence", {}, stateSentence()), stateLines()[1]);
}

function paperGrave() {
  const groups = graveGroups();
  if (!groups.length) return null;
  const left = groups.length - GROUPS_ON_PAPER;
  return paperSection(
    "Critical and high findings",
    groups.slice(0, GROUPS_ON_PAPER).map((group) => paperKind(group, 6)),
    left > 0 ? make("p", {}, `and ${counted(left, "other kind")} of finding`) : null,
  );
}

function paperWritten() {
  if (!writtenCells.length) return null;
  const lines = byWritten().map(([name, cells]) =>
    make(
      "li",
      {},
      badge(byStatus.get(name)),
      ` ${number(cells.length)}: ${someOf(
        distinct(cells, (cell) => cell.resource),
        8,
      )} in ${someOf(
        distinct(cells, (cell) => cell.account.host),
        6,
      )}`,
    ),
  );
  return paperSection(data.run.check_mode ? "What would be done" : "What was done", make("ul", {}, lines));
}

function paperKind({ found }, most) {
  const { severity, finding } = found[0];
  const isNew = found.filter((record) => record.change === "new").length;
  return make(
    "article.finding",
    {},
    make(
      "p",
      {},
      severityBadge(severity),
      make(
        "b",
        {},
        someOf(
          distinct(found, (record) => record.resource),
          most,
        ),
      ),
      code(finding.code),
      isNew ? `${number(isNew)} new` : null,
    ),
    make("p", {}, messageOf(found)),
    finding.remedy ? make("p.remedy", {}, make("b", {}, "To fix: "), finding.remedy) : null,
    make(
      "p",
      {},
      `in ${counted(distinct(found, (record) => record.account).length, "account")}: ${someOf(
        distinct(found, (record) => record.account.host),
        most * 2,
      )}`,
    ),
  );
}

function paperChanges() {
  if (!data.comparison) return null;
  const counts = Object.entries(data.comparison.counts);
  return make("p.counts", {}, `Since ${earlier()}: ${counts.map(([what, count]) => `${number(count)} ${what}`).join(", ")}`);
}

function paperCalendar() {
  const days = [...grouped(data.quarantine || [], (one) => day(one.until))];
  if (!days.length) return null;
  const lines = days.slice(0, 10).map(([date, found]) =>
    make(
      "li",
      {},
      make("b", {}, date || "not known"),
      ` ${someOf(
        distinct(found, (one) => one.resource),
        3,
      )} in ${someOf(
        distinct(found, (one) => one.host),
        2,
      )}`,
    ),
  );
  return paperSection(
    "Quarantine: what is deleted when",
    make("ul", {}, lines, days.length > 10 ? make("li", {}, `and on ${counted(days.length - 10, "later day")}`) : null),
  );
}

function paperHeat() {
  if (!openRecords.length) return null;
  const name = axisName();
  const rows = heatRows(name)
    .slice(0, 10)
    .map(({ value, counts }) => [axes[name].name(value), ...counts.map(number)]);
  return paperSection(`Findings by severity and ${axes[name].label.toLowerCase()}`, table([axes[name].label, ...data.severities], rows));
}

function paperUnread() {
  if (!unread.length) return null;
  return paperSection(
    "Accounts that could not be read or failed",
    make(
      "ul",
      {},
      unread.slice(0, 10).map((account) => make("li", {}, make("b", {}, account.host), ` ${failureOf(account)}`.slice(0, 200))),
    ),
    unread.length > 10 ? make("p", {}, `and ${number(unread.length - 10)} more`) : null,
  );
}

/** A table for each service, then the failures and all findings. */
function paperDetails() {
  const { rows, columns: kept } = shown();
  const parts = [make("h1", {}, "Details"), isFiltered() ? make("p", {}, `Filtered: ${matrixShown()}.`) : null];
  for (const [service, own] of grouped(kept, (column) => column.service)) {
    for (let from = 0; from < own.length; from += COLUMNS_ON_PAPER) parts.push(paperTable(service, own.slice(from, from + COLUMNS_ON_PAPER), rows));
  }
  const groups = worstFirst([...grouped(shownRecords(), kindOf).values()].map((found) => ({ found })));
  const found = groups.length
    ? paperSection(
        "Findings",
        groups.map((group) => paperKind(group, 12)),
      )
    : null;
  return [...parts, paperFailures(rows), found];
}

function paperTable(service, own, rows) {
  const there = rows.filter((account) => own.some((column) => account.at.has(column.index)));
  const heads = own.map((column) => make("th", {}, column.shared ? `${column.shared} others` : column.name));
  const head = make("thead", {}, make("tr", {}, make("th", {}, "Account"), heads));
  const lines = there.map((account) => paperRow(account, own));
  const title = make("h2", {}, serviceName(service), make("small", {}, ` ${life(service)}`));
  return make("section", {}, title, make("table.paper", {}, head, make("tbody", {}, lines)));
}

function paperRow(account, own) {
  const id = account.id && account.id !== account.host ? make("small", {}, ` ${account.id}`) : null;
  const drawn = (cell) => make("div", {}, badge(cell.look), driftMark(cell), mark(cell.marks));
  const cells = own.map((column) => make("td", {}, (account.at.get(column.index) || []).map(drawn)));
  return make("tr", {}, make("th", {}, account.host, id), cells);
}

function paperFailures(rows) {
  const failed = rows.map((account) => [account, whole(account.rest, account).failures || []]).filter(([, failures]) => failures.length);
  if (!failed.length) return null;
  return make(
    "section",
    {},
    make("h2", {}, "Failures"),
    failed.map(([account, failures]) => [make("h3", {}, `${account.host} ${account.id || ""}`), failures.map(failure)]),
  );
}
