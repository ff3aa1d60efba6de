// The list of findings: grouped, searched, exported.

const groupings = {
  finding: { label: "finding", of: kindOf, title: kindTitle, columns: ["account", "object", "ou", "owner"] },
  account: {
    label: "account",
    of: (record) => record.account.index,
    title: ([first]) => [make("b", {}, first.account.host)],
    columns: ["severity", "object", "what"],
  },
  ou: {
    label: "organizational unit",
    of: (record) => record.account.ou,
    title: ([first]) => [make("b", {}, axes.ou.name(first.account.ou))],
    columns: ["severity", "account", "object", "what"],
  },
  service: { label: "service", of: (record) => record.service, title: serviceTitle, columns: ["severity", "account", "object", "what"] },
  owner: {
    label: "owner",
    of: (record) => record.account.owner,
    title: ([first]) => [make("b", {}, axes.owner.name(first.account.owner))],
    columns: ["severity", "account", "object", "what"],
  },
};
const GROUPS_AT_ONCE = 40;
const RECORDS_AT_ONCE = 50;

function drawFindings() {
  const found = shownRecords();
  const name = Object.hasOwn(groupings, chosen.group) ? chosen.group : "finding";
  const groups = worstFirst([...grouped(found, groupings[name].of).values()].map((own) => ({ found: own })));
  const choices = Object.entries(groupings).map(([other, { label }]) => [other, label]);
  return [
    make(
      "div.heading",
      {},
      make("h2", {}, "Findings"),
      select("Group by", "group", choices),
      make(
        "span.buttons",
        {},
        exportButtons("findings", () => shownRecords().map(exportedRecord), RECORD_COLUMNS),
      ),
    ),
    found.length ? null : make("p.empty", {}, records.length ? "No finding matches the filters." : "There are no findings."),
    make(
      "div.groups",
      {},
      some(groups, GROUPS_AT_ONCE, (group) => findingGroup(name, group, groups.length === 1)),
    ),
  ];
}

function kindTitle(found) {
  const { severity, finding } = found[0];
  return [
    severityBadge(severity),
    make(
      "b",
      {},
      someOf(
        distinct(found, (record) => record.resource),
        2,
      ),
    ),
    code(finding.code),
  ];
}

/** What is wrong; where it is told differently for each object, an example. */
function messageOf(found) {
  const messages = distinct(found, (record) => record.finding.message);
  return messages.length > 1 ? `For example: ${messages[0]}` : messages[0];
}

function kindColumns(found) {
  const isTold = distinct(found, (record) => record.finding.message).length > 1;
  return ["account", "object", ...(isTold ? ["message"] : []), "ou", "owner"];
}

function serviceTitle([{ service }]) {
  return [make("b", {}, serviceName(service)), make("span.where", {}, life(service))];
}

function findingGroup(name, { found }, isOpen) {
  const { title, columns: kept } = groupings[name];
  const { finding } = found[0];
  const summary = [
    make("span.titles", {}, title(found), make("span.where", {}, groupCounts(name, found))),
    name === "finding" ? make("span.message", {}, messageOf(found)) : null,
  ];
  const content = () => [
    name === "finding" && finding.remedy ? make("p.remedy", {}, make("b", {}, "To fix: "), finding.remedy) : null,
    name === "account" ? command("Audit this account again", auditCommand(found[0].account)) : null,
    retireProposal(found),
    recordTable(found, name === "finding" ? kindColumns(found) : kept),
  ];
  return make(
    "article",
    { data: { severity: found.reduce((one, other) => (other.rank > one.rank ? other : one)).severity } },
    folded(summary, content, { open: isOpen }),
  );
}

function groupCounts(name, found) {
  const hosts = distinct(found, (record) => record.account).length;
  const counts = bySeverity(found)
    .map(([severity, count]) => `${number(count)} ${severity}`)
    .join(", ");
  const marked = ["new", "worse"]
    .map((change) => [change, found.filter((record) => record.change === change).length])
    .filter(([, count]) => count)
    .map(([change, count]) => `${number(count)} ${change}`);
  return [
    name === "finding" ? counted(found.length, "object") : counts,
    name === "account" ? "" : `in ${counted(hosts, "account")}`,
    marked.length ? `, ${marked.join(", ")}` : "",
  ]
    .filter(Boolean)
    .join(" ")
    .replace(" ,", ",");
}

const recordColumns = {
  severity: ["Severity", (record) => severityBadge(record.severity)],
  account: ["Account", (record) => accountLink(record.account)],
  object: ["Object", (record) => [resourceLink(record), stateOf(record)]],
  what: [
    "Finding",
    (record) => [
      code(record.finding.code),
      make("p", {}, record.finding.message),
      record.finding.remedy ? make("p.remedy", {}, make("b", {}, "To fix: "), record.finding.remedy) : null,
    ],
  ],
  message: ["Finding", (record) => record.finding.message],
  ou: ["Organizational unit", (record) => record.account.ou || make("span.none", {}, "not known")],
  owner: ["Owner", (record) => record.account.owner || make("span.none", {}, "not known")],
};

/** Findings in a table with some of the columns, a part at a time. */
function recordTable(found, names) {
  const kept = names
    .map((name) => recordColumns[name])
    .filter((_column, place) => !["ou", "owner"].includes(names[place]) || accounts.some((account) => account[names[place]]));
  const heads = kept.map(([head]) => head);
  const sorted = [...found].sort((one, other) => other.rank - one.rank || one.account.index - other.account.index);
  const [body, more] = some(
    sorted,
    RECORDS_AT_ONCE,
    (record) =>
      tableRow(
        heads,
        kept.map(([, value]) => value(record)),
      ),
    "tbody",
  );
  const head = make(
    "thead",
    {},
    make(
      "tr",
      {},
      heads.map((text) => make("th", { scope: "col" }, text)),
    ),
  );
  return [make("div.wide", {}, make("table.cards", { "aria-label": "Findings" }, head, body)), more];
}

function waiverOf(finding) {
  return finding.waiver || finding.expired_waiver || finding.outgrown_waiver;
}

/** Whether a finding is new or worse, accepted, or not accepted any more. */
function stateOf({ change = "", state, finding }) {
  const waiver = waiverOf(finding);
  return [
    change ? make("span.change", { title: changes[change].meaning }, change) : null,
    waiver ? make(`span.waiver.${state}`, {}, waiverText(state, waiver)) : null,
  ];
}

function waiverText(state, { reason, owner, until, place, why }) {
  const began = {
    accepted: `accepted${until ? ` until ${day(until)}` : ""}`,
    expired: `waiver expired ${day(until)}`,
    outgrown: `not accepted any more: ${why || "it became worse"}; accepted`,
  };
  return [began[state], owner ? ` by ${owner}` : "", reason ? `: ${reason}` : "", place && state !== "accepted" ? ` (${place})` : ""].join("");
}

/** A labelled choice that is a part of the state. */
function select(label, name, choices) {
  const change = (event) => {
    chosen[name] = event.target.value;
    changed();
  };
  return make(
    "label",
    {},
    `${label} `,
    make(
      "select",
      { id: name, onchange: change },
      choices.map(([value, text]) => make("option", { value, selected: chosen[name] === value ? "" : null }, text)),
    ),
  );
}
