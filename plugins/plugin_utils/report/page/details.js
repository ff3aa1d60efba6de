// The panel over the page: an account, or one of its objects, with everything that is known about it.

/** Show the panel that the address names, or none. */
function showPanel() {
  const dialog = document.getElementById("details");
  const account = chosen.host ? accounts.find((one) => one.key === chosen.host) : null;
  if (!account) {
    chosen.host = chosen.object = "";
    if (dialog.open) dialog.close();
    return;
  }
  const cells = account.cells.filter((cell) => cell.resource === chosen.object || `column ${cell.column}` === chosen.object);
  dialog.replaceChildren(...(cells.length > 1 ? severalPanel(account, cells) : cells.length ? objectPanel(cells[0]) : accountPanel(account)));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(".sections").scrollTop = 0;
}

function panel(title, subtitle, badges, sections) {
  const close = () => document.getElementById("details").close();
  return [
    make(
      "header",
      {},
      make("div", {}, make("h2", { id: "details-name" }, title), make("p", {}, subtitle), make("p.badges", {}, badges)),
      make("button.close", { type: "button", "aria-label": "Close", title: "Close (Esc)", onclick: close }, "✕"),
    ),
    make("div.sections", { tabindex: 0, role: "region", "aria-label": "Details" }, sections),
  ];
}

function objectPanel(cell) {
  const item = known(cell);
  const { account } = cell;
  const badges = [
    cell.written ? badge(cell.status) : null,
    presences[cell.presence] ? badge(presences[cell.presence]) : cell.written ? null : badge(cell.status),
    driftBadge(cell.drift),
    worst(cell.marks) ? severityBadge(worst(cell.marks)) : null,
    item.service_linked ? make("span.tag", {}, "service-linked") : null,
  ];
  const whose = [`${cell.kind} in `, accountLink(account), account.id && account.id !== account.host ? ` (${account.id})` : ""];
  const found = records.filter((record) => record.cell === cell).sort((one, other) => other.rank - one.rank);
  return panel(cell.name, whose, badges, [
    section("", list(objectFacts(cell, item))),
    section("What you can do", proposals(cell)),
    section("Refused", refusals(item.refusals || [])),
    section(
      "Findings",
      found.map((record) => findingText(record)),
    ),
    section("Privilege escalation paths", (item.escalation_paths || []).map(pathText)),
    section("Drift", item.drift ? driftTable(item.drift) : null),
    section("Plan", item.plan ? plan(item.plan) : null),
    section("Difference", item.diff ? drawDifference(item.diff) : null),
    section("Who can assume it", trusted(item)),
    section("What depends on it", dependants(item.depended_on_by || [])),
    section("Permissions", item.content ? drawContent(item.content) : null),
    section("Taken away", (item.deleted || []).map(copy)),
    section("Left over in it", item.left_over ? list(item.left_over.map((one) => [code(one.value), ` in ${one.place}: ${one.remedy}`])) : null),
    section("Found by", item.found_by ? list(item.found_by.map((one) => [one.by.replaceAll("_", " "), code(one.value)])) : null),
  ]);
}

/** Presence, drift and risk one after the other, then the facts. */
function objectFacts(cell, item) {
  const { service } = cell;
  const ended = hasEnded(service) ? `${serviceName(service)} ${life(service)}` : "";
  const told = (look) => `${look.label}: ${look.meaning}`;
  return [
    ["This run", cell.written ? cell.status.meaning : null],
    [
      "Presence",
      presences[cell.presence] ? [told(presences[cell.presence]), cell.presence === "left_over" ? ` (${ended})` : ""] : cell.status.meaning,
    ],
    ["Drift", drifts[cell.drift] ? told(drifts[cell.drift]) : null],
    ["Risk", risk(cell)],
    ["ARN", item.arn ? code(item.arn) : null],
    ["Service", service ? `${serviceName(service)}${life(service) ? `, ${life(service)}` : ""}` : null],
    ["Profile", item.profile],
    ["Quarantined", item.quarantined ? quarantine(item.quarantined) : null],
    ["Retirement", item.retirement ? retirement(item.retirement) : null],
    ["Deletion", item.deletion ? deletion(item.deletion) : null],
    ["Created", item.created ? moment(item.created) : null],
    ["Last used", lastUsed(item)],
  ];
}

function risk(cell) {
  const found = records.filter((record) => record.cell === cell);
  const counts = bySeverity(found.filter((record) => record.state !== "accepted")).map(([severity, count]) => `${number(count)} ${severity}`);
  const paths = openPaths(cell).length ? ["on a privilege escalation path"] : [];
  const accepted = found.filter((record) => record.state === "accepted").length;
  return [...counts, ...paths, ...(accepted ? [`${number(accepted)} accepted`] : [])].join(", ") || "no finding in this run";
}

function quarantine({ since, until, reason }) {
  return [`since ${moment(since)}`, until ? `, deleted by the first retire run after ${moment(until)}` : "", reason ? `: ${reason}` : ""].join("");
}

function severalPanel(account, cells) {
  return panel(counted(cells.length, "object"), ["in ", accountLink(account)], [], [section("Open one", cellList(cells))]);
}

function cellList(cells) {
  const lines = cells.map((cell) => make("li", {}, badge(cell.look), driftMark(cell), objectLink(cell, cell.name), mark(cell.marks)));
  return make("ul.several", {}, lines);
}

function accountPanel(account) {
  const item = whole(account.rest, account);
  const calls = Object.entries(item.api_calls || {});
  const found = records.filter((record) => record.account === account).sort((one, other) => other.rank - one.rank);
  const badges = [
    badge(outcomes[account.outcome]),
    bySeverity(found.filter((record) => record.state !== "accepted")).map(([severity, count]) => [severityBadge(severity), number(count)]),
    item.escalation_paths ? counted(item.escalation_paths.length, "privilege escalation path") : null,
  ];
  const notRestored = (item.not_restored || []).map((one) => [one.resource, [one.reason, one.remedy].filter(Boolean).join(". ")]);
  const approvals = (item.plan_ids || []).map((one) => [one.service || one.task, code(one.approval || one.plan_id)]);
  return panel(account.host, account.id || "account ID not known", badges, [
    section("", list(accountFacts(account, item))),
    section("Failures", (item.failures || []).map(failure)),
    section("Refused", refusals(item.refusals || [])),
    section("Not restored", list(notRestored)),
    section("What you can do", accountProposals(account, item)),
    section("Findings", found.length ? some(found, 30, (record) => findingText(record, true)) : null),
    section("Privilege escalation paths", item.escalation_paths ? accountEscalation(account, item) : null),
    section("What is proved of access", proofs(item.assertions || [])),
    section("Roles and policies", account.cells.length ? cellList(account.cells) : null),
    section("Plan", item.plan?.length ? plan(item.plan, true) : null, list(approvals)),
    section("Access that changes", item.access ? some(item.access, 30, (line) => make("li", {}, line), "ul") : null),
    section("Backups", list((item.backups || []).map((file) => ["File", code(file)]))),
    section("Taken away", (item.deleted || []).map(copy)),
    section("AWS calls", list(calls.map(([action, count]) => [action, number(count)]))),
  ]);
}

function accountFacts({ ou, owner }, { tags = {} }) {
  const told = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  return [
    ["Organizational unit", ou],
    ["Owner", owner],
    ["Tags", told.join(", ")],
  ];
}

function accountEscalation(account, item) {
  const link = make("a", { href: addressWith({ view: "escalation", path: account.key }) }, "See them as a graph");
  return [make("p", {}, link), some(item.escalation_paths, 10, pathText)];
}

function accountProposals(account, item) {
  const leftovers = account.cells.filter(canBeRetired);
  return [
    command("Audit this account again", auditCommand(account)),
    command(`See what retiring its ${counted(leftovers.length, "leftover")} would do`, retireCommand(leftovers, [account.host], "--check")),
    (item.backups || []).map((file) => command("Undo this run", restoreCommand(account, file))),
  ];
}
