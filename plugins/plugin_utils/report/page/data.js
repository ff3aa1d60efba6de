// The data of the page, as encoding.py writes it: values that accounts share are read from a pool when they are needed.

const data = JSON.parse(document.getElementById("data").textContent);

const severities = [...data.severities].reverse(); // the lowest first, in the order of the bits
const columns = data.columns.map(([service, kind, name, shared], index) => ({ index, service, kind, name, shared }));
const common = new Map(); // values of the pool that do not contain the ID of an account
const holdsOwn = [];

/** The value itself if it is a reference to the pool; what it contains stays as it is. */
function opened(value) {
  let found = value;
  while (found !== null && typeof found === "object" && !Array.isArray(found) && typeof found[""] === "number") found = data.pool[found[""]];
  return found;
}

/** A complete value of an account: references are resolved and the account's own ID is inserted. */
function whole(value, account) {
  if (typeof value === "string") return account.id ? value.replaceAll(data.ownAccount, account.id) : value;
  if (Array.isArray(value)) return value.map((entry) => whole(entry, account));
  if (value === null || typeof value !== "object") return value;
  const reference = Object.hasOwn(value, "") ? value[""] : null;
  if (typeof reference === "number") return pooled(reference, account);
  return Object.fromEntries((reference || Object.entries(value)).map(([key, entry]) => [whole(key, account), whole(entry, account)]));
}

/** A value of the pool. It is the same object for every account whose ID it does not contain. */
function pooled(place, account) {
  if (common.has(place)) return common.get(place);
  const value = whole(data.pool[place], account);
  if (!isOwn(place)) common.set(place, value);
  return value;
}

function isOwn(place) {
  if (holdsOwn[place] === undefined) holdsOwn[place] = hasOwn(data.pool[place]);
  return holdsOwn[place];
}

function hasOwn(value) {
  if (typeof value === "string") return value.includes(data.ownAccount);
  if (value === null || typeof value !== "object") return false;
  if (Array.isArray(value)) return value.some(hasOwn);
  if (typeof value[""] === "number") return isOwn(value[""]);
  return Object.entries(value).some(([key, entry]) => hasOwn(key) || hasOwn(entry));
}

function accountOf([host, id, outcome, marks, rest, cells], index) {
  const account = { index, host, id, outcome, marks, rest, key: [host, id || ""].join(" ").trim(), at: new Map() };
  const said = opened(rest);
  account.ou = whole(opened(said.ou), account) || "";
  account.owner = whole(opened(said.owner), account) || "";
  account.text = `${host} ${id || ""}`.toLowerCase();
  account.cells = cells.map((cell) => cellOf(account, cell));
  for (const cell of account.cells) {
    if (account.at.has(cell.column)) account.at.get(cell.column).push(cell);
    else account.at.set(cell.column, [cell]);
  }
  account.allMarks = account.cells.reduce((all, cell) => all | cell.marks, marks);
  return account;
}

function cellOf(account, [column, status, marks, rest, varying, kind, name]) {
  const cell = { account, column, marks, rest, varying, kind: kind || columns[column].kind, name: name || columns[column].name };
  cell.service = columns[column].service;
  cell.text = cell.name.toLowerCase();
  cell.resource = `${cell.kind}/${cell.name}`;
  return Object.assign(cell, lookOf(cell, Object.keys(data.statuses)[status], opened(rest)));
}

/** Everything that is known about a cell. */
function known(cell) {
  return { ...whole(cell.rest, cell.account), ...cell.varying };
}

/** The worst severity of some marks, or an empty text. */
function worst(marks) {
  return marks ? severities[31 - Math.clz32(marks)] : "";
}

function serviceName(service) {
  return data.services[service]?.name || service || "Others";
}

/** The lifecycle of a service, in a few words. */
function life(service) {
  const told = data.services[service];
  if (!told) return "";
  return told.state === "open" ? "open" : [told.state, told.since].filter(Boolean).join(" ");
}

function hasEnded(service) {
  return data.services[service]?.state === "ended";
}

function number(count) {
  return count.toLocaleString("en-US");
}

/** "1 account", "2 accounts". */
function counted(count, one, many) {
  return `${number(count)} ${count === 1 ? one : many || `${one}s`}`;
}

/** The first few of a list: "a, b and 3 more". */
function someOf(texts, most = 3) {
  return texts.length > most + 1 ? `${texts.slice(0, most).join(", ")} and ${number(texts.length - most)} more` : texts.join(", ");
}

/** A time as people read it, in UTC. */
function moment(text) {
  return (text || "").replace(/^(\d{4}-\d\d-\d\d)T([\d:]+?)(?:\.\d+)?(?:Z|\+00:00)$/, "$1 $2 UTC");
}

function day(text) {
  return (text || "").slice(0, 10);
}

/** Lists by a key, in the order in which the keys are first seen. */
function grouped(entries, keyOf) {
  const found = new Map();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (found.has(key)) found.get(key).push(entry);
    else found.set(key, [entry]);
  }
  return found;
}
