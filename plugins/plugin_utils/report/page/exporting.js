// What the filters show, as CSV or JSON, made in the page.

const RECORD_COLUMNS = [
  "account_id",
  "host",
  "ou",
  "owner",
  "service",
  "resource",
  "severity",
  "code",
  "message",
  "remedy",
  "state",
  "change",
  "waiver_reason",
  "waiver_owner",
  "waiver_until",
];
const OBJECT_COLUMNS = ["account_id", "host", "ou", "owner", "service", "kind", "name", "arn", "status", "presence", "drift", "severity"];
const FORMULA_SIGNS = ["=", "+", "-", "@"];

function exportedRecord({ account, service, resource, severity, finding, state, change }) {
  const waiver = waiverOf(finding) || {};
  const own = { account_id: account.id || "", host: account.host, ou: account.ou, owner: account.owner, service, resource, severity };
  const told = { code: finding.code, message: finding.message, remedy: finding.remedy || "", state, change };
  return { ...own, ...told, waiver_reason: waiver.reason || "", waiver_owner: waiver.owner || "", waiver_until: waiver.until || "" };
}

function exportedObject(cell) {
  const { account } = cell;
  const own = { account_id: account.id || "", host: account.host, ou: account.ou, owner: account.owner, service: cell.service };
  return {
    ...own,
    kind: cell.kind,
    name: cell.name,
    arn: known(cell).arn || "",
    status: cell.status.name,
    presence: cell.presence,
    drift: cell.drift,
    severity: worst(cell.marks),
  };
}

/** A value that a spreadsheet does not read as a formula, quoted as RFC 4180 has it. */
function field(value) {
  const text = seen(String(value)).replaceAll("\r", "\\u000d").replaceAll("\t", "\\u0009");
  const begins = text.normalize("NFKC").trimStart()[0];
  const inert = FORMULA_SIGNS.includes(begins) ? `'${text}` : text;
  return /[",\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

function asCsv(rows, names) {
  return [names, ...rows.map((row) => names.map((name) => row[name]))].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** Buttons that save what `rowsOf` returns when they are pressed. */
function exportButtons(what, rowsOf, names) {
  const formats = {
    CSV: ["csv", "text/csv", (rows) => `\ufeff${asCsv(rows, names)}`],
    JSON: ["json", "application/json", (rows) => `${JSON.stringify(rows, null, 1)}\n`],
  };
  return Object.entries(formats).map(([label, [suffix, type, write]]) =>
    make(
      "button.plain",
      { type: "button", "aria-label": `Save the shown ${what} as ${label}`, onclick: () => save(`${what}.${suffix}`, type, write(rowsOf())) },
      label,
    ),
  );
}

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
