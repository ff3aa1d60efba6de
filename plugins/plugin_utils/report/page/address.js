// The state of the page: the view, the filters and what is open. The address has all of it, so that a link shows the same.

const texts = {
  view: "overview",
  account: "",
  text: "",
  accepted: "hidden",
  group: "finding",
  by: "",
  order: "worst",
  path: "",
  host: "",
  object: "",
};
const sets = ["severity", "outcome", "written", "presence", "drift", "service", "ou", "owner", "change"];
const filterTexts = ["account", "text", "accepted"];
const chosen = {};

function cleared() {
  for (const name of filterTexts) chosen[name] = texts[name];
  for (const name of sets) chosen[name] = new Set();
}

/** The part of the address that stands for the state with some changes, such as `{view: "findings", ou: ["Root/ml"]}`. */
function addressOf(changed = {}) {
  const parts = new URLSearchParams();
  const state = { ...chosen, ...changed };
  for (const [name, usual] of Object.entries(texts)) if (state[name] !== usual) parts.append(name, state[name]);
  for (const name of sets) for (const value of state[name]) parts.append(name, value);
  return `#${parts}`;
}

/** The address of a view with only these filters. */
function addressWith(changed) {
  const none = Object.fromEntries(sets.map((name) => [name, []]));
  const usual = Object.fromEntries(filterTexts.map((name) => [name, texts[name]]));
  return addressOf({ host: "", object: "", ...none, ...usual, ...changed });
}

function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  for (const [name, usual] of Object.entries(texts)) chosen[name] = parts.get(name) ?? usual;
  for (const name of sets) chosen[name] = new Set(parts.getAll(name));
  if (!Object.hasOwn(views, chosen.view)) chosen.view = "overview";
}

/** Write the state into the address: as a step that the back button undoes, or in place of the current address. */
function writeAddress(isStep) {
  const address = addressOf();
  if (address === (location.hash || "#")) return;
  const depth = chosen.host ? (history.state?.depth || 0) + (isStep ? 1 : 0) : 0;
  history[isStep ? "pushState" : "replaceState"]({ depth }, "", address);
}

/** Links within the page are followed here, so that the panels know how many steps opened them. */
function linkFollowed(event) {
  const link = event.target.closest("a[href^='#']");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const address = link.getAttribute("href");
  const isPanel = new URLSearchParams(address.slice(1)).has("host");
  history.pushState({ depth: isPanel ? (history.state?.depth || 0) + 1 : 0 }, "", address);
  follow();
}

/** Show what the address says, after the back button, a link or an edit. */
function follow() {
  const before = addressOf({ host: "", object: "" });
  const view = chosen.view;
  readAddress();
  const isOther = addressOf({ host: "", object: "" }) !== before;
  if (isOther) refresh();
  if (chosen.view !== view) window.scrollTo(0, 0);
  showPanel();
}

/** Open the panel of an account, or of one of its objects. */
function openPanel(account, object = "") {
  Object.assign(chosen, { host: account.key, object });
  writeAddress(true);
  showPanel();
}

/** After the panel was closed: the steps that opened it are taken back, so that the back button leaves the page as usual. */
function panelClosed() {
  if (!chosen.host) return;
  Object.assign(chosen, { host: "", object: "" });
  const depth = history.state?.depth || 0;
  if (depth) history.go(-depth);
  else writeAddress(false);
}

function accountLink(account) {
  return make("a", { href: addressOf({ host: account.key, object: "" }) }, account.host);
}

function objectLink(cell, text = cell.resource) {
  return make("a", { href: addressOf({ host: cell.account.key, object: cell.resource }) }, code(text));
}

/** A link to the object of a record, or its name if the report does not have the object. */
function resourceLink({ cell, resource }) {
  return cell ? objectLink(cell, resource) : code(resource);
}
