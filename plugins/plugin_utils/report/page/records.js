// The findings of the run as records, and what they have in common.

const changes = {
  new: { label: "new", meaning: "it was not in the earlier report" },
  worse: { label: "worse", meaning: "it is more severe than in the earlier report, or there is more of it" },
};

/** A record for each finding: whose it is, what it is, and whether it is `open`, `accepted`, `expired` or `outgrown`. */
function recordsOf(account) {
  const own = opened(account.rest).findings ? recordsIn(account, null, whole(account.rest, account).findings) : [];
  return own.concat(
    ...account.cells.map((cell) => {
      const found = opened(cell.rest).findings;
      return found ? recordsIn(account, cell, whole(found, account)) : [];
    }),
  );
}

function recordsIn(account, cell, found) {
  return found.map((finding) => ({
    account,
    cell,
    finding,
    severity: finding.severity || "low",
    rank: severities.indexOf(finding.severity || "low"),
    resource: finding.resource || (cell ? cell.resource : "account"),
    service: cell ? cell.service : serviceOf(finding),
    state: stateIn(finding),
    change: changes[finding.change] ? finding.change : "",
  }));
}

/** The state of a finding or an escalation path: a waiver accepts it, does not accept it any more, or there is none. */
function stateIn(one) {
  if (one.waiver) return "accepted";
  if (one.expired_waiver) return "expired";
  return one.outgrown_waiver ? "outgrown" : "open";
}

/** The escalation paths of an account or cell that are not accepted, without their texts. */
function openPaths(holder) {
  return (opened(opened(holder.rest).escalation_paths) || []).map(opened).filter((path) => !path.waiver);
}

/** The service that a finding of the account names: as `service`, or as its resource. */
function serviceOf(finding) {
  const named = finding.service || /^service\/(.+)$/.exec(finding.resource || "")?.[1] || "";
  return data.services[named] ? named : "";
}

const records = accounts.flatMap(recordsOf);
const openRecords = records.filter((record) => record.state !== "accepted");
const grave = openRecords.filter((record) => record.rank >= severities.indexOf("high"));

/** What several findings have in common for somebody who decides: what it is, how severe, and how to fix it. */
function kindOf({ severity, finding }) {
  return JSON.stringify([severity, finding.code, finding.remedy]);
}

const searched = new WeakMap(); // the words of a finding, which many records share

function wordsOf(record) {
  const { finding } = record;
  if (!searched.has(finding)) searched.set(finding, `${finding.code} ${finding.message} ${finding.resource}`.toLowerCase());
  return searched.get(finding);
}

/** The number of records for each severity, the highest first, without those that have none. */
function bySeverity(found) {
  return data.severities.map((severity) => [severity, found.filter((record) => record.severity === severity).length]).filter(([, count]) => count);
}

/** The number of findings as reports are compared: the same code of the same object of an account is one. */
function numberOf(found) {
  return new Set(found.map(({ account, resource, finding }) => JSON.stringify([account.index, resource.toLowerCase(), finding.code]))).size;
}

function distinct(found, valueOf) {
  return [...new Set(found.map(valueOf))];
}

/** The worst first, then what concerns most accounts. */
function worstFirst(groups) {
  return groups
    .map((group) => ({
      ...group,
      rank: Math.max(...group.found.map((record) => record.rank)),
      hosts: distinct(group.found, (record) => record.account).length,
    }))
    .sort((one, other) => other.rank - one.rank || weight(other) - weight(one) || other.hosts - one.hosts);
}

function weight({ found, rank }) {
  return found.filter((record) => record.rank === rank).length;
}
