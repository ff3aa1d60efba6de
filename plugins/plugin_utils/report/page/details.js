// The panel over the matrix: an account, or one of its objects, with everything that is known about it.

const signs = { done: "✓", planned: "→", unknown: "?", not_done: "✕" };
const stepStates = { done: "written", planned: "planned", unknown: "not known", not_done: "not written" };

function open(title, subtitle, badges, sections) {
  const dialog = document.getElementById("details");
  dialog.replaceChildren(
    make(
      "header",
      {},
      make("div", {}, make("h2", { id: "details-name" }, title), make("p", {}, subtitle), make("p.badges", {}, badges)),
      make("button.close", { type: "button", "aria-label": "Close", title: "Close (Esc)", onclick: () => dialog.close() }, "✕"),
    ),
    make("div.sections", { tabindex: 0 }, sections),
  );
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(".sections").scrollTop = 0;
}

function section(title, ...content) {
  const inside = content.flat(Infinity).filter(Boolean);
  return inside.length ? make("section", {}, make("h3", {}, title), inside) : null;
}

/** Everything that is known about a cell. */
function known(cell) {
  return { ...whole(cell.rest, cell.account), ...cell.varying };
}

function openObject(cell) {
  const item = known(cell);
  const account = cell.account;
  const service = columns[cell.column].service;
  const badges = [
    badge(cell.status),
    worst(cell.marks) ? severityBadge(worst(cell.marks)) : null,
    item.service_linked ? make("span.tag", {}, "service-linked") : null,
  ];
  open(cell.name, `${cell.kind} in ${account.host}${account.id && account.id !== account.host ? ` (${account.id})` : ""}`, badges, [
    section("", list([
      ["What this means", cell.status.meaning],
      ["ARN", item.arn ? make("code", {}, item.arn) : null],
      ["Service", service ? `${serviceName(service)}${life(service) ? `, ${life(service)}` : ""}` : null],
      ["Profile", item.profile],
      ["Compared with it", item.audit_status && item.audit_status !== cell.status.name ? item.audit_status.replace("_", " ") : null],
      ["Quarantined", item.quarantined ? [moment(item.quarantined.since), item.quarantined.reason].filter(Boolean).join(": ") : null],
      ["Retirement", item.retirement ? retirement(item.retirement) : null],
      ["Deletion", item.deletion ? deletion(item.deletion) : null],
      ["Created", item.created ? moment(item.created) : null],
      ["Last used", lastUsed(item)],
    ])),
    section("Refused", refusals(item.refusals || [])),
    section("Findings", (item.findings || []).map(finding)),
    section("Privilege escalation paths", (item.escalation_paths || []).map(path)),
    section("Drift", item.drift ? drift(item.drift) : null),
    section("Plan", item.plan ? plan(item.plan) : null),
    section("Difference", item.diff ? drawDifference(item.diff) : null),
    section("Who can assume it", trusted(item)),
    section("What depends on it", dependants(item.depended_on_by || [])),
    section("Permissions", item.content ? drawContent(item.content) : null),
    section("Taken away", (item.deleted || []).map(copy)),
    section("Left over in it", item.left_over ? list(item.left_over.map((one) => [make("code", {}, one.value), ` in ${one.place}: ${one.remedy}`])) : null),
    section("Found by", item.found_by ? list(item.found_by.map((one) => [one.by.replaceAll("_", " "), make("code", {}, one.value)])) : null),
  ]);
}

function openSeveral(cells) {
  const account = cells[0].account;
  open(counted(cells.length, "object"), `in ${account.host}`, [], [
    section("Open one", make("ul.several", {}, cells.map((cell) =>
      make("li", {}, make("button.plain", { type: "button", onclick: () => openObject(cell) }, badge(cell.status), ` ${cell.name}`)),
    ))),
  ]);
}

function openAccount(account) {
  const item = whole(account.rest, account);
  const calls = Object.entries(item.api_calls || {});
  open(account.host, account.id || "account ID not known", [badge(outcomes[account.outcome])], [
    section("Failures", (item.failures || []).map(failure)),
    section("Refused", refusals(item.refusals || [])),
    section("Not restored", list((item.not_restored || []).map((one) => [one.resource, [one.reason, one.remedy].filter(Boolean).join(". ")]))),
    section("Privilege escalation paths", (item.escalation_paths || []).map(path)),
    section("What is proved of access", proofs(item.assertions || [])),
    section("Findings of the account", (item.findings || []).map(finding)),
    section("Roles and policies", account.cells.length ? make("ul.several", {}, account.cells.map((cell) =>
      make("li", {}, make("button.plain", { type: "button", onclick: () => openObject(cell) }, badge(cell.status), ` ${cell.name}`, mark(cell.marks))),
    )) : null),
    section("Plan", item.plan?.length ? plan(item.plan, true) : null, list((item.plan_ids || []).map((one) => [one.service || one.task, make("code", {}, one.approval || one.plan_id)]))),
    section("Access that changes", item.access ? make("ul", {}, item.access.map((line) => make("li", {}, line))) : null),
    section("Backups", (item.backups || []).map((file) => make("p", {}, make("code", {}, file)))),
    section("Taken away", (item.deleted || []).map(copy)),
    section("AWS calls", calls.length ? list(calls.map(([action, count]) => [action, number(count)])) : null),
  ]);
}

function retirement({ step, until, reason }) {
  return [step, until ? ` until ${moment(until)}` : "", reason ? `: ${reason}` : ""].join("");
}

function deletion({ status, reason, usage }) {
  const used = usage.map(({ region, resources }) => make("p", {}, `used in ${region}: ${(resources || []).join(", ")}`));
  return [[(status || "").toLowerCase().replaceAll("_", " "), reason].filter(Boolean).join(": "), used];
}

function lastUsed(item) {
  if (!item.last_used) return null;
  const { date, region } = item.last_used;
  const note = "IAM reports the last 400 days, up to 4 hours late.";
  return [
    date ? `${moment(date)}${region ? ` in ${region}` : ""}` : "not in the last 400 days, which is not the same as never",
    make("small", { title: note }, ` ${note}`),
  ];
}

function finding(one) {
  return make(
    "article.finding",
    {},
    make("p", {}, severityBadge(one.severity), make("code", {}, one.code)),
    make("p", {}, one.message),
    one.remedy ? make("p.remedy", {}, make("b", {}, "To fix: "), one.remedy) : null,
  );
}

function path(one) {
  return make(
    "article.finding",
    {},
    make("p", {}, severityBadge(one.severity), make("code", {}, one.from), " → ", make("code", {}, one.to)),
    make("ol", {}, (one.steps || []).map((step) => make("li", {}, step))),
  );
}

const proved = { planned: "in the planned state", read_back: "after the last write", current: "in the current state" };

function proofs(found) {
  if (!found.length) return null;
  return table(["", "Principal", "Must be", "Action", "Resource", "Decided by"], found.map((one) => {
    const known = one.proved ? `proved ${proved[one.proved] || ""}` : `not proved: ${one.result}`;
    const sign = make("span", { title: known, "aria-label": known, role: "img" }, one.proved ? "✓" : "✕");
    const code = (text) => make("code", {}, text);
    return [sign, code(one.principal), one.expected, code(one.action), code(one.resource), (one.statements || []).join(", ") || one.reason];
  }));
}

function failure(one) {
  return make(
    "article.finding",
    {},
    make("p", {}, make("b", {}, one.task), one.failed_call ? make("code", {}, `${one.failed_call} ${one.error_code || ""}`) : null, one.ignored ? " (ignored)" : null),
    make("p.message", {}, one.problems ? one.message.split("\n")[0] : one.message),
    one.problems ? make("ul", {}, one.problems.map((problem) => make("li", {}, problem))) : null,
  );
}

function refusals(found) {
  return found.map((one) =>
    make(
      "article.finding",
      {},
      make("p", {}, make("code", {}, one.resource || "account"), one.code ? make("code", {}, one.code) : null),
      make("p", {}, one.reason || ""),
      one.override ? make("p.remedy", {}, make("b", {}, "To allow it: "), make("code", {}, one.override)) : null,
    ),
  );
}

function drift(places) {
  return table(["Place", "Expected", "Actual"], places.map((one) => [make("code", {}, one.place), plainly(one.expected), plainly(one.actual)]));
}

function plan(planned, withResource) {
  const heads = withResource ? ["", "Write", "Of", "Because"] : ["", "Write", "Because"];
  return table(heads, planned.map((one) => {
    const sign = make("span", { title: stepStates[one.state], "aria-label": stepStates[one.state], role: "img" }, signs[one.state]);
    return [sign, make("code.verb", {}, one.action), ...(withResource ? [make("code", {}, one.resource)] : []), one.reason || ""];
  }));
}

function trusted(item) {
  const rows = (item.trusted || []).map((one) => [
    make("code", {}, one.principal),
    [one.kind, one.state && one.state !== "open" ? `, ${one.state}` : ""].join(""),
    (one.conditions || []).join(", ") || make("span.none", {}, "no condition"),
  ]);
  const gone = (item.dangling || []).map((id) => make("p", {}, make("code", {}, id), " was deleted. No identity can have this id again."));
  return [rows.length ? table(["Principal", "Kind", "On condition of"], rows) : null, gone];
}

function dependants(found) {
  return found.length ? table(["What", "How", ""], found.map((one) => [make("code", {}, one.resource), one.how.replaceAll("_", " "), `${one.detail || ""}${one.by_name === false ? "; by a pattern, not by its name" : ""}`])) : null;
}

function copy(one) {
  const { action, resource, ...rest } = one;
  return fold([make("code", {}, action), ` ${resource}`], json(rest));
}

function table(heads, rows) {
  return make(
    "div.wide",
    {},
    make(
      "table",
      {},
      make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, rows.map((row) => make("tr", {}, row.map((value) => make("td", {}, value))))),
    ),
  );
}
