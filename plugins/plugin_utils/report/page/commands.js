// The commands of every proposal, quoted for a shell. Names that could mean more than themselves get no command.

const inventory = data.run.inventory?.length ? data.run.inventory : ["INVENTORY"];
const REASON = "WHO NEEDS THEM - AND WHY"; // which only the operator knows
const MOST_HOSTS = 40; // more would make a command that nobody reads

/** A word for a POSIX shell. */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** Whether a host is only itself in `--limit`: no pattern, no file, no option. */
function isPlainHost(host) {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(host) && host !== "all" && host !== "ungrouped";
}

/** Whether a name is only itself in a list of patterns, and nothing that Ansible would evaluate. IAM allows no others. */
function isPlainName(name) {
  return /^[\w+=,.@-]+$/.test(name);
}

/** A playbook for some hosts, or "" if one of them cannot be named safely. `more`: further words. */
function playbook(name, hosts, ...more) {
  const limited = distinct(hosts, (host) => host);
  if (!limited.length || !limited.every(isPlainHost)) return "";
  const limit = limited.length < accounts.length || accounts.length === 1 ? ["--limit", limited.join(",")] : [];
  if (limited.length > MOST_HOSTS && limit.length) return "";
  const sources = inventory.flatMap((source) => ["-i", source]);
  return ["ansible-playbook", ...sources, `aws_ml.permissions.${name}`, ...limit, ...more].map(quoted).join(" ");
}

function auditCommand(account) {
  return playbook("audit", [account.host]);
}

/** What retires objects with the names of these, and nothing else; they are of services that have ended. */
function retireCommand(cells, hosts, ...more) {
  const names = (kind) =>
    distinct(
      cells.filter((cell) => cell.kind === kind),
      (cell) => cell.name,
    ).sort();
  const [roles, policies] = [names("role"), names("policy")];
  if (!cells.length || ![...roles, ...policies].every(isPlainName)) return "";
  // If only roles are named, no policy is retired, and the other way round.
  const variables = {
    aws_ml_retire_services: distinct(cells, (cell) => cell.service).sort(),
    ...(roles.length ? { aws_ml_retire_roles: roles } : {}),
    ...(policies.length ? { aws_ml_retire_policies: policies } : {}),
  };
  return playbook("retire", hosts, "-e", JSON.stringify(variables), ...more);
}

function canBeRetired(cell) {
  return hasEnded(cell.service) && ["role", "policy"].includes(cell.kind) && ["left_over", "present"].includes(cell.presence) && !cell.written;
}

function releaseCommand(host, resources) {
  const names = resources.map((resource) => resource.replace(/^role\//, ""));
  return names.every(isPlainName)
    ? playbook("release", [host], "-e", JSON.stringify({ aws_ml_release_roles: names, aws_ml_release_reason: REASON }))
    : "";
}

function restoreCommand(account, file) {
  // Ansible would evaluate braces in the name of a file.
  return file.includes("{{") || file.includes("{%") ? "" : playbook("restore", [account.host], "-e", JSON.stringify({ aws_ml_restore_src: file }));
}

/** The command that shows what retiring the objects of some findings would do; in every account if there are too many. */
function retireProposal(found) {
  const cells = distinct(
    found.filter((record) => record.cell && canBeRetired(record.cell)),
    (record) => record.cell,
  );
  const hosts = distinct(cells, (cell) => cell.account.host);
  const isEverywhere = hosts.length > MOST_HOSTS;
  return command(
    `See what retiring these ${isEverywhere ? "in every account " : ""}would do`,
    retireCommand(cells, isEverywhere ? accounts.map((account) => account.host) : hosts, "--check"),
  );
}

/** A command with what it does and a button that copies it; nothing if there is no command. */
function command(what, text) {
  if (!text) return null;
  const shownText = code(text);
  const button = make("button.plain", { type: "button", "aria-label": `Copy: ${what}`, onclick: () => copyText(button, shownText, text) }, "Copy");
  return make("div.command", {}, make("span.what", {}, what), shownText, button);
}

async function copyText(button, element, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Where the browser does not give the clipboard to a file, the text is selected for the keyboard.
    getSelection().selectAllChildren(element);
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

/** What can be done about one object. */
function proposals(cell) {
  const found = [];
  if (canBeRetired(cell)) {
    found.push(
      ["See what retiring it would do", retireCommand([cell], [cell.account.host], "--check")],
      ["Retire it: into quarantine, later deleted", retireCommand([cell], [cell.account.host])],
    );
  }
  if (cell.presence === "quarantined") found.push(["Release it from quarantine", releaseCommand(cell.account.host, [cell.resource])]);
  found.push(["Audit its account again", auditCommand(cell.account)]);
  return found.map(([what, text]) => command(what, text));
}
