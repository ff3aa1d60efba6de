// The view of access: what a run changes in it, and what is proved of it.

function drawAccess() {
  const fitting = accounts.filter((account) => fitsAccount(account) && (opened(account.rest).access || opened(account.rest).assertions));
  const told = fitting.map((account) => ({ account, ...whole(account.rest, account) }));
  return [make("h2", {}, "Access"), accessChanges(told), accessProofs(told)];
}

/** The lines of the access diffs, equal ones once, with the accounts that have them. */
function accessChanges(told) {
  const lines = told.flatMap(({ account, access }) => (access || []).map((line) => ({ account, line })));
  const groups = [...grouped(lines, (one) => one.line)].sort(([, one], [, other]) => other.length - one.length);
  return make(
    "section.panel",
    {},
    make("h3", {}, data.run.check_mode ? "Access that would change" : "Access that changes"),
    groups.length ? some(groups, 50, ([text, found]) => make("li", {}, text, make("span.where", {}, " in "), hostLinks(found)), "ul") : make("p.none", {}, "No task of this run reported a change of access."),
  );
}

function accessProofs(told) {
  const found = told.flatMap(({ account, assertions }) => (assertions || []).map((one) => ({ account, ...one })));
  const failed = found.filter((one) => !one.proved);
  const held = found.filter((one) => one.proved);
  return make(
    "section.panel",
    {},
    make("h3", {}, "Proofs"),
    found.length ? make("p", {}, `${counted(held.length, "assertion")} proved, ${number(failed.length)} not proved.`) : make("p.none", {}, "No task of this run proved an assertion."),
    failed.length ? [make("h4", {}, "Not proved"), some(failed, 50, proofLine, "ul")] : null,
    held.length ? folded(`Proved (${number(held.length)})`, () => some(held, 50, proofLine, "ul")) : null,
  );
}

function proofLine({ account, principal, expected, action, resource, proved: when, result, statements, reason }) {
  const decided = (statements || []).join(", ") || reason || "";
  return make(
    "li",
    { data: { tone: when ? "good" : "bad" } },
    make("span.glyph", { role: "img", "aria-label": when ? "proved" : "not proved" }, when ? "✓" : "✕"),
    " ",
    code(principal),
    ` must be ${expected} `,
    code(action),
    " on ",
    code(resource),
    " in ",
    accountLink(account),
    make("span.where", {}, when ? ` ${proved[when] || ""}` : `: it is ${result}`, decided ? ` (${decided})` : ""),
  );
}
