// What is new and gone since the earlier run, and what is deleted when.

const MOST_CHANGES = 4;

/** When the earlier run began: the day, or the time if it was the same day. */
function earlier() {
  const { began } = data.comparison.with;
  return day(began) === day(data.run.started) ? moment(began) : day(began);
}

function changesSection() {
  const { comparison } = data;
  if (!comparison)
    return make("section.panel", {}, make("h2", {}, "New and gone"), make("p.none", {}, "This run was not compared with an earlier one."));
  const lists = [
    ["New", openRecords.filter((record) => record.change === "new"), { change: ["new"] }],
    ["Worse", (comparison.worse || []).map(pastRecord), { change: ["worse"] }],
    ["Gone", (comparison.gone || []).map(pastRecord)],
    ["Better", (comparison.better || []).map(pastRecord)],
  ];
  return make(
    "section.panel",
    {},
    make("h2", {}, `Since ${earlier()}`),
    make(
      "p.counts",
      {},
      lists.map(([what, found, filter]) =>
        make(
          "span",
          {},
          make("b", {}, number(comparison.counts[what.toLowerCase()])),
          " ",
          filter && found.length ? make("a", { href: addressWith({ view: "findings", ...filter }) }, what.toLowerCase()) : what.toLowerCase(),
        ),
      ),
    ),
    lists.filter(([, found]) => found.length).map(([what, found]) => changeList(what, found)),
    notCompared((comparison.not_compared || []).map(pastRecord)),
    comparison.with.file ? make("p.none", {}, "Compared with ", code(comparison.with.file)) : null,
  );
}

/** A finding that only the earlier report has, or that was more severe in it. */
function pastRecord([whose, what]) {
  const account = { id: opened(whose).account_id || "" };
  const finding = whole(what, account);
  const told = { ...whole(whose, account), ...finding };
  return { ...told, finding, rank: severities.indexOf(finding.severity), past: true };
}

/** The accounts of which one of the two runs has no findings, not even that there are none. */
function notCompared(found) {
  if (!found.length) return null;
  const line = (one) =>
    make(
      "li",
      {},
      one.host || one.account_id,
      make(
        "span.where",
        {},
        ` ${one.run === "this" ? "now" : "earlier"} ${one.reason}${one.findings ? `: ${counted(one.findings, "finding")} left out` : ""}`,
      ),
    );
  return folded([make("b", {}, "Not compared"), ` ${counted(distinct(found, (one) => one.host).length, "account")}`], () =>
    some(found, 20, line, "ul"),
  );
}

function changeList(what, found) {
  const groups = worstFirst(
    [...grouped(found, (record) => JSON.stringify([record.severity, record.finding.code, record.resource])).values()].map((own) => ({ found: own })),
  );
  return folded([make("b", {}, what), ` ${number(data.comparison.counts[what.toLowerCase()])}`], () => some(groups, MOST_CHANGES, changeLine, "ul"), {
    open: what === "New",
  });
}

function changeLine({ found }) {
  const [first] = found;
  const hosts = distinct(found, (record) => (record.past ? record.host : record.account.host));
  return make(
    "li",
    {},
    severityBadge(first.severity),
    first.was ? ` was ${first.was} ` : " ",
    first.past || found.length > 1 ? code(first.resource) : resourceLink(first),
    ` ${first.finding.code.replaceAll("_", " ")} `,
    make("span.where", {}, `in ${someOf(hosts, 2)}`),
    first.added?.length ? make("span.where", {}, `: ${someOf(first.added, 2)}`) : null,
  );
}

/** The days on which a run of retire deletes what is in quarantine, the next one first. */
function calendarSection() {
  const entries = (data.quarantine || []).map((one) => ({ ...one, day: day(one.until) }));
  if (!entries.length) return null;
  const now = day(data.run.ended || data.run.started);
  const days = [...grouped(entries, (one) => one.day)].sort(([one], [other]) => ((one || "~") < (other || "~") ? -1 : 1));
  const hosts = distinct(entries, (one) => one.host);
  return make(
    "section.panel",
    {},
    make("h2", {}, "Quarantine: what is deleted when"),
    make("p", {}, `${counted(entries.length, "object")} in ${counted(hosts.length, "account")}. A run of retire deletes each from its day on.`),
    make(
      "div.calendar",
      {},
      some(days, 5, ([date, found]) => calendarDay(date, found, Boolean(date) && date <= now)),
    ),
    command("Delete what is due", playbook("retire", hosts.length > MOST_HOSTS ? accounts.map((account) => account.host) : hosts)),
  );
}

function calendarDay(date, found, isDue) {
  const resources = [...grouped(found, (one) => one.resource)];
  const names = resources.map(([resource, own]) => (own.length > 1 ? `${resource} (${number(own.length)})` : resource));
  const summary = [
    date ? make("time", { datetime: date }, date) : make("b", {}, "not known"),
    isDue ? make("b.due", {}, "due") : null,
    make("span", {}, someOf(names, 2)),
    make(
      "span.where",
      {},
      `in ${someOf(
        distinct(found, (one) => one.host),
        1,
      )}`,
    ),
  ];
  return folded(summary, () => some(found, 20, quarantinedLine, "ul"));
}

function quarantinedLine(one) {
  const account = accountNamed(one.host, one.account_id);
  const cell = account?.cells.find((other) => other.resource === one.resource);
  return make(
    "li",
    {},
    cell ? objectLink(cell) : code(one.resource),
    " in ",
    account ? accountLink(account) : one.host,
    make("span.where", {}, ` since ${day(one.since)}${one.reason ? `: ${one.reason}` : ""}`),
    command("Release it from quarantine", releaseCommand(one.host, [one.resource])),
  );
}

function accountNamed(host, id) {
  return accounts.find((account) => account.host === host && (!id || !account.id || account.id === id));
}
