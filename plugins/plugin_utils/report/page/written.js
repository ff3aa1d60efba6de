// What the run did with objects, or in check mode would do.

const writtenCells = accounts.flatMap((account) => account.cells.filter((cell) => cell.written));

/** "4 deleted and 2 quarantined in 1 of 3 accounts." */
function writtenSentence() {
  const counts = byWritten().map(([name, cells]) => `${number(cells.length)} ${writtenWord(byStatus.get(name))}`);
  const hosts = distinct(writtenCells, (cell) => cell.account).length;
  const last = counts.pop();
  const findings = isJudged ? "; no critical or high finding" : "";
  return `${[counts.join(", "), last].filter(Boolean).join(" and ")} in ${number(hosts)} of ${counted(accounts.length, "account")}${findings}.`;
}

/** The written objects by status, the most important first. */
function byWritten() {
  return [...grouped(writtenCells, (cell) => cell.written)].sort(([one], [other]) => byStatus.get(one).place - byStatus.get(other).place);
}

function writtenWord({ name, label }) {
  return name.startsWith("would_") ? `to ${label}` : label;
}

function writtenSection() {
  if (!writtenCells.length) return null;
  return make(
    "section.panel",
    {},
    make("h2", {}, data.run.check_mode ? "What would be done" : "What was done"),
    byWritten().map(([name, cells]) => {
      const objects = [...grouped(cells, (cell) => cell.resource)].sort(([, one], [, other]) => other.length - one.length);
      const summary = [
        badge(byStatus.get(name)),
        make("span.count", {}, ` ${number(cells.length)} `),
        make(
          "span.where",
          {},
          someOf(
            objects.map(([resource]) => resource),
            2,
          ),
        ),
      ];
      return folded(summary, () => some(objects, 20, writtenLine, "ul"));
    }),
  );
}

function writtenLine([resource, cells]) {
  const found = cells.map((cell) => ({ account: cell.account }));
  const [first] = cells;
  const reason = cells.length === 1 ? opened(opened(first.rest).retirement)?.reason : "";
  return make(
    "li",
    {},
    cells.length > 1 ? code(resource) : objectLink(first),
    make("span.where", {}, " in "),
    hostLinks(found),
    reason ? make("span.where", {}, `: ${whole(reason, first.account)}`) : null,
  );
}
