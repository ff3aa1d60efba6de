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
    groups.length
      ? some(groups, 50, ([text, found]) => make("li", {}, text, make("span.where", {}, " in "), hostLinks(found)), "ul")
      : make("p.none", {}, "No task of this run reported a change of access."),
  );
}

/** Whether an assertion is proved, is not true, or could not be decided from what was read. */
const verdicts = {
  wrong: { label: "not true", glyph: "✕", tone: "bad" },
  undecided: { label: "not decided", glyph: "?", tone: "attention" },
  proved: { label: "proved", glyph: "✓", tone: "good" },
};

function verdictOf(one) {
  if (one.proved) return "proved";
  return ["allowed", "denied"].includes(one.result) ? "wrong" : "undecided";
}

function accessProofs(told) {
  const found = told.flatMap(({ account, assertions }) => (assertions || []).map((one) => ({ account, ...one })));
  const byVerdict = grouped(found, verdictOf);
  const parts = Object.entries(verdicts).map(([name, { label }]) => [name, label, byVerdict.get(name) || []]);
  const counts = parts.map(([, label, own]) => `${number(own.length)} ${label}`).join(", ");
  return make(
    "section.panel",
    {},
    make("h3", {}, "Proofs"),
    found.length
      ? make("p", {}, `${counted(found.length, "assertion")}: ${counts}.`)
      : make("p.none", {}, "No task of this run judged an assertion."),
    parts
      .filter(([, , own]) => own.length)
      .map(([name, label, own]) =>
        folded([verdictSign(own[0]), ` ${label} (${number(own.length)})`], () => some(sameProofs(own), 50, proofLine, "ul"), {
          open: name === "wrong",
        }),
      ),
  );
}

function verdictSign(one) {
  const { label, glyph, tone } = verdicts[verdictOf(one)];
  return make("span.glyph", { role: "img", "aria-label": label, title: label, data: { tone } }, glyph);
}

/** The same assertion with the same answer in several accounts is one line. */
function sameProofs(found) {
  const groups = grouped(found, (one) =>
    JSON.stringify([one.principal, one.expected, one.action, one.resource.replaceAll(one.account.id || "-", ""), one.result, one.proved, one.reason]),
  );
  return [...groups.values()].sort((one, other) => other.length - one.length);
}

function proofLine(found) {
  const [one] = found;
  const decided = (one.statements || []).join(", ") || one.reason || "";
  const ended = one.proved ? ` ${proved[one.proved] || ""}` : `: it is ${one.result}`;
  return make(
    "li",
    {},
    verdictSign(one),
    " ",
    code(one.principal),
    ` must be ${one.expected} `,
    code(one.action),
    " on ",
    code(one.resource),
    " in ",
    hostLinks(found),
    make("span.where", {}, ended, decided ? ` (${decided})` : ""),
  );
}
