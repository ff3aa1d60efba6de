// What the panels of accounts and objects consist of.

const signs = { done: "✓", planned: "→", unknown: "?", not_done: "✕" };
const stepStates = { done: "written", planned: "planned", unknown: "not known", not_done: "not written" };

function section(title, ...content) {
  const inside = content.flat(Infinity).filter(Boolean);
  return inside.length ? make("section", {}, title ? make("h3", {}, title) : null, inside) : null;
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

/** A finding with its fix and its waiver; `withObject` also names the object that has it. */
function findingText(record, withObject) {
  const { finding } = record;
  return make(
    `article.finding${record.state === "accepted" ? ".accepted" : ""}`,
    {},
    make("p", {}, severityBadge(record.severity), withObject ? resourceLink(record) : null, code(finding.code), stateOf(record)),
    make("p", {}, finding.message),
    finding.remedy ? make("p.remedy", {}, make("b", {}, "To fix: "), finding.remedy) : null,
  );
}

/** A privilege escalation path as text. */
function pathText(one) {
  return make(
    "article.finding",
    {},
    make("p", {}, severityBadge(one.severity), code(one.from), " → ", code(one.to), stateOf({ state: stateIn(one), finding: one })),
    make(
      "ol",
      {},
      (one.steps || []).map((step) => make("li", {}, step)),
    ),
  );
}

const proved = { planned: "in the planned state", read_back: "after the last write", current: "in the current state" };

function proofs(found) {
  if (!found.length) return null;
  return table(
    ["", "Principal", "Must be", "Action", "Resource", "Decided by"],
    found.map((one) => [
      verdictSign(one),
      code(one.principal),
      one.expected,
      code(one.action),
      code(one.resource),
      (one.statements || []).join(", ") || one.reason,
    ]),
  );
}

function failure(one) {
  return make(
    "article.finding",
    {},
    make(
      "p",
      {},
      make("b", {}, one.task),
      one.failed_call ? code(`${one.failed_call} ${one.error_code || ""}`) : null,
      one.ignored ? " (ignored)" : null,
    ),
    make("p.message", {}, one.problems ? one.message.split("\n")[0] : one.message),
    one.problems
      ? make(
          "ul",
          {},
          one.problems.map((problem) => make("li", {}, problem)),
        )
      : null,
  );
}

function refusals(found) {
  return found.map((one) =>
    make(
      "article.finding",
      {},
      make("p", {}, code(one.resource || "account"), one.code ? code(one.code) : null),
      make("p", {}, one.reason || ""),
      one.override ? make("p.remedy", {}, make("b", {}, "To allow it: "), code(one.override)) : null,
    ),
  );
}

function driftTable(places) {
  return table(
    ["Place", "Expected", "Actual"],
    places.map((one) => [code(one.place), plainly(one.expected), plainly(one.actual)]),
  );
}

function plan(planned, withResource) {
  const heads = withResource ? ["", "Write", "Of", "Because"] : ["", "Write", "Because"];
  return table(
    heads,
    planned.map((one) => {
      const sign = make("span", { title: stepStates[one.state], "aria-label": stepStates[one.state], role: "img" }, signs[one.state]);
      return [sign, make("code.verb", {}, one.action), ...(withResource ? [code(one.resource)] : []), one.reason || ""];
    }),
  );
}

function trusted(item) {
  const rows = (item.trusted || []).map((one) => [
    code(one.principal),
    [one.kind, one.state && one.state !== "open" ? `, ${one.state}` : ""].join(""),
    (one.conditions || []).join(", ") || make("span.none", {}, "no condition"),
  ]);
  const gone = (item.dangling || []).map((id) => make("p", {}, code(id), " was deleted. No identity can have this id again."));
  return [rows.length ? table(["Principal", "Kind", "On condition of"], rows) : null, gone];
}

function dependants(found) {
  return found.length
    ? table(
        ["What", "How", ""],
        found.map((one) => [
          code(one.resource),
          one.how.replaceAll("_", " "),
          `${one.detail || ""}${one.by_name === false ? "; by a pattern, not by its name" : ""}`,
        ]),
      )
    : null;
}

function copy(one) {
  const { action, resource, ...rest } = one;
  return fold([code(action), ` ${resource}`], json(rest));
}
