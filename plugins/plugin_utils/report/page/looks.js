// What is shown of an object: what the run wrote, its presence, its drift. The risk comes from its findings.

const { presence: presences, drift: drifts, good: goodLook } = data.looks;
const statuses = Object.entries(data.statuses).map(([name, told]) => ({ name, ...told }));
const byStatus = new Map(statuses.map((status, place) => [status.name, { ...status, place }]));
const otherStatus = { name: "other", label: "other", glyph: "?", tone: "attention", meaning: "", place: statuses.length };
const MEDIUM = 1 << severities.indexOf("medium");

const outcomes = {
  unreachable: { label: "unreachable", glyph: "✕", tone: "bad" },
  failed: { label: "failed", glyph: "✕", tone: "bad" },
  refused: { label: "refused", glyph: "⊘", tone: "bad" },
  changed: { label: "changed", glyph: "±", tone: "change" },
  would_change: { label: "would change", glyph: "±", tone: "planned" },
  attention: { label: "needs review", glyph: "!", tone: "attention" },
  in_sync: { label: "in sync", glyph: "✓", tone: "good" },
};

/** `status`: of the report. `presence`, `drift`, `written`: names of looks, or empty. `look`: the word and sign of the cell. */
function lookOf(cell, name, said) {
  const status = byStatus.get(name) || otherStatus;
  const ended = hasEnded(cell.service);
  const isFound = said.audit_status !== undefined && opened(said.profile) !== "declared";
  let { presence = "", drift = "" } = byStatus.get(status.presence === "quarantined" ? said.audit_status : name) || otherStatus;
  if (status.presence === "quarantined") presence = "quarantined";
  if (presence === "present" && ended && isFound) presence = "left_over";
  if (drift === "matches" && ended && isFound) drift = "as_in_guide";
  // A role that was in quarantine before has no plan.
  const written = status.written || (presence === "quarantined" && said.plan) ? status.name : "";
  return { status, presence, drift, written, look: wordOf(cell, status, presence, drift, ended) };
}

/** The one word of a cell: what the run wrote, else an unusual presence, else the drift. Good only if nothing speaks against it. */
function wordOf(cell, status, presence, drift, ended) {
  if (status.written) return status;
  if (presence && presence !== "present") return presences[presence];
  if (drift === "matches" && !ended && cell.marks < MEDIUM) return goodLook;
  return drifts[drift] || presences[presence] || status;
}

/** The outcome of an account; it is in sync only if it has neither leftovers nor findings above low. */
function outcomeOf(account) {
  const open = account.allMarks >= MEDIUM || account.cells.some((cell) => cell.look.tone === "left_over");
  return account.outcome === "in_sync" && open ? "attention" : account.outcome;
}

const accounts = data.rows.map(accountOf);
for (const account of accounts) account.outcome = outcomeOf(account);
