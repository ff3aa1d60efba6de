// The view of privilege escalation: the accounts that have paths, and the graph of one account with its steps as text.

function accountsWithPaths() {
  const fitting = accounts.filter((account) => opened(account.rest).escalation_paths && fitsAccount(account));
  return fitting.sort((one, other) => other.allMarks - one.allMarks || one.index - other.index);
}

function pathsOf(account) {
  return (whole(account.rest, account).escalation_paths || []).filter((path) => among("severity", path.severity));
}

function drawEscalation() {
  const listed = accountsWithPaths().filter((account) => pathsOf(account).length);
  if (!listed.length)
    return [
      make("h2", {}, "Privilege escalation"),
      make("p.empty", {}, data.totals.escalation_paths ? "No path matches the filters." : "No path was found, or the run did not look for any."),
    ];
  const account = listed.find((one) => one.key === chosen.path) || listed[0];
  return [
    make("h2", {}, "Privilege escalation: who can become administrator, and by which steps"),
    make(
      "div.sides",
      {},
      make(
        "nav.accounts",
        { "aria-label": "Accounts with paths" },
        some(listed, 40, (one) => pathsLink(one, one === account), "ul"),
      ),
      make("div.paths", {}, accountPaths(account)),
    ),
  ];
}

function pathsLink(account, isShown) {
  const paths = pathsOf(account);
  const open = paths.filter((path) => !path.waiver);
  const severity = open.length ? severityBadge(worstOf(open)) : make("span.waiver", {}, "accepted");
  const link = make("a", { href: addressOf({ path: account.key }), "aria-current": isShown ? "true" : null }, account.host);
  return make("li", {}, severity, link, make("span.where", {}, number(paths.length)));
}

function worstOf(found) {
  return data.severities.find((severity) => found.some((one) => one.severity === severity)) || "low";
}

function accountPaths(account) {
  const paths = pathsOf(account);
  const graph = graphOf(paths);
  const marked = [...graph.numbers].map(([text, place]) => [String(place), text]);
  return [
    make("h3", {}, accountLink(account), ` ${counted(paths.length, "path")}`),
    make("div.wide.drawn", { tabindex: 0, role: "region", "aria-label": `Graph of ${account.host}` }, drawGraph(graph, account)),
    make("h3", {}, "Steps"),
    make(
      "ol.steps",
      {},
      marked.map(([, text]) => make("li", {}, text)),
    ),
    make("h3", {}, "Paths"),
    make(
      "ul.plainly",
      {},
      paths.map((path) =>
        make(
          "li",
          {},
          severityBadge(path.severity),
          " ",
          code(path.from),
          " → ",
          code(path.to),
          " ",
          stateOf({ state: stateIn(path), finding: path }),
          make("span.where", {}, ` by ${stepList(path, graph.numbers)}`),
        ),
      ),
    ),
    command("Audit this account again", auditCommand(account)),
  ];
}

function stepList(path, numbers) {
  const used = (path.steps || []).map((text) => numbers.get(text));
  return used.length === 1 ? `step ${used[0]}` : `steps ${used.join(", ")}`;
}
