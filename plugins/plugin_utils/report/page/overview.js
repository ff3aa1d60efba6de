// The first screen: the state in a sentence, what is critical or high, and the places of the rest.

const MOST_GROUPS = 6;

function drawOverview() {
  return [
    make("section.state", { "aria-label": "State" }, stateLines()),
    make(
      "div.screen",
      {},
      make("div", {}, isJudged ? graveSection() : null, writtenSection(), isJudged ? heatMapSection() : null, trendSection()),
      make("div", {}, isJudged ? changesSection() : null, calendarSection(), waiversSection(), filesSection()),
    ),
  ];
}

/** "3 critical and 12 high findings in 5 of 200 accounts; 2 new since 2026-11-29." */
function stateSentence() {
  const [critical, high] = ["critical", "high"].map((severity) => grave.filter((record) => record.severity === severity).length);
  const hosts = distinct(grave, (record) => record.account).length;
  const isNew = numberOf(grave.filter((record) => record.change === "new"));
  const since = data.comparison ? `; ${isNew ? number(isNew) : "none"} new since ${earlier()}` : "";
  const counts = [critical ? `${number(critical)} critical` : "", high ? `${number(high)} high` : ""].filter(Boolean).join(" and ");
  if (!counts && writtenCells.length) return writtenSentence();
  if (!counts) return `No critical or high finding in ${counted(accounts.length - unread.length, "account")}.`;
  return `${counts} ${critical + high === 1 ? "finding" : "findings"} in ${number(hosts)} of ${counted(accounts.length, "account")}${since}.`;
}

/** A run of retire or restore writes, and does not look for findings. */
const isJudged = records.length > 0 || !writtenCells.length;
const unread = accounts.filter((account) => ["unreachable", "failed"].includes(account.outcome));

function stateLines() {
  const leftovers = accounts.flatMap((account) => account.cells.filter((cell) => cell.presence === "left_over"));
  const accepted = records.length - openRecords.length;
  const ended = records.filter((record) => ["expired", "outgrown"].includes(record.state)).length;
  const { totals } = data;
  const paths = accounts.reduce((sum, account) => sum + openPaths(account).length, 0);
  const written = Object.values(totals.writes).reduce((sum, count) => sum + count, 0);
  const facts = [
    unread.length
      ? fact(
          "bad",
          addressWith({ view: "matrix", outcome: ["unreachable", "failed"] }),
          `${counted(unread.length, "account")} failed or could not be reached: findings there may be missing`,
        )
      : null,
    leftovers.length
      ? fact(
          "left_over",
          addressWith({ view: "matrix", presence: ["left_over"] }),
          `${counted(leftovers.length, "leftover")} of ended services in ${counted(distinct(leftovers, (cell) => cell.account).length, "account")}`,
        )
      : null,
    paths ? fact("attention", addressWith({ view: "escalation" }), counted(paths, "privilege escalation path")) : null,
    ended ? fact("attention", addressWith({ view: "findings", accepted: "ended" }), `${counted(ended, "finding")} not accepted any more`) : null,
    accepted ? fact("quiet", addressWith({ view: "findings", accepted: "only" }), `${counted(accepted, "accepted finding")}`) : null,
    written ? fact("change", addressWith({ view: "matrix" }), `${counted(written, "write")} made`) : null,
    totals.planned_writes ? fact("planned", addressWith({ view: "matrix" }), `${counted(totals.planned_writes, "write")} planned`) : null,
  ];
  return [make("h2.sentence", { id: "sentence" }, stateSentence()), make("ul.facts", {}, facts)];
}

function fact(tone, href, text) {
  return make("li", { data: { tone } }, make("a", { href }, text));
}

function graveSection() {
  const groups = graveGroups();
  const link = make(
    "a",
    { href: addressWith({ view: "findings", severity: ["critical", "high"] }) },
    groups.length > MOST_GROUPS ? `All ${number(groups.length)} kinds` : "Open in findings",
  );
  return make(
    "section.panel",
    {},
    make("h2", {}, "Critical and high findings"),
    groups.length ? make("div.grave", {}, groups.slice(0, MOST_GROUPS).map(graveGroup)) : make("p.none", {}, "There is none."),
    groups.length ? make("p", {}, link) : null,
  );
}

function graveGroups() {
  return worstFirst([...grouped(grave, kindOf).values()].map((found) => ({ found })));
}

/** One kind of finding, with the objects and accounts that have it, how to fix it, and more when it is opened. */
function graveGroup({ found }) {
  const { severity, finding } = found[0];
  const hosts = distinct(found, (record) => record.account.host);
  const objects = distinct(found, (record) => record.resource);
  const isNew = found.filter((record) => record.change === "new").length;
  const summary = [
    make(
      "span.titles",
      {},
      severityBadge(severity),
      make("b", {}, someOf(objects, 2)),
      isNew ? make("span.change", {}, `${number(isNew)} new`) : null,
      make("span.where", {}, counted(hosts.length, "account")),
    ),
    make("span.message", {}, messageOf(found)),
  ];
  return make(
    "article",
    { data: { severity } },
    folded(summary, () => [retireProposal(found), recordTable(found, kindColumns(found))]),
    finding.remedy ? make("p.remedy", {}, make("b", {}, "To fix: "), finding.remedy) : null,
    make("p.hosts", {}, hostLinks(found)),
  );
}

function hostLinks(found, most = 4) {
  const concerned = distinct(found, (record) => record.account);
  const links = concerned.slice(0, most).map((account, place) => [place ? ", " : "", accountLink(account)]);
  return [...links, concerned.length > most ? ` and ${number(concerned.length - most)} more` : ""];
}

/** Waivers that are about nothing, so that they can be removed or corrected. */
function waiversSection() {
  const { unmatched } = data;
  if (!unmatched.length) return null;
  const line = (one) =>
    make(
      "li",
      {},
      code(one.code || ""),
      ` ${[...(one.accounts || []), ...(one.resources || [])].join(", ")}`,
      make("span.where", {}, ` ${[one.why, one.owner, one.place].filter(Boolean).join(", ")}`),
    );
  return make("section.panel", {}, make("h2", {}, "Waivers that match nothing"), some(unmatched, 5, line, "ul"));
}

function filesSection() {
  const names = (data.run.files || []).filter((name) => /^[\w.-]+$/.test(name) && !name.startsWith("."));
  if (!names.length) return null;
  return make(
    "section.panel",
    {},
    make("h2", {}, "Files of this run"),
    make(
      "ul.plainly",
      {},
      names.map((name) => make("li", {}, make("a", { href: name }, name))),
    ),
  );
}
