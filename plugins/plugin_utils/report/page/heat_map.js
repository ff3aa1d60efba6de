// Findings by severity for each organizational unit, owner or service.

const axes = {
  ou: { label: "Organizational unit", of: (record) => record.account.ou, name: (value) => value || "not known" },
  owner: { label: "Owner", of: (record) => record.account.owner, name: (value) => value || "not known" },
  service: { label: "Service", of: (record) => record.service, name: serviceName },
};
const MOST_ROWS = 12;

/** The chosen axis, or the first one that says something about these accounts. */
function axisName() {
  if (Object.hasOwn(axes, chosen.by)) return chosen.by;
  return ["ou", "owner"].find((name) => accounts.some((account) => account[name])) || "service";
}

function heatMapSection() {
  const name = axisName();
  const switches = Object.entries(axes).map(([other, { label }]) =>
    make("a", { href: addressOf({ by: other }), "aria-current": other === name ? "true" : null }, label),
  );
  return make(
    "section.panel.later",
    {},
    make(
      "div.heading",
      {},
      make("h2", {}, "Findings by severity and"),
      make("span.switch", { role: "group", "aria-label": "Rows of the heat map" }, switches),
    ),
    openRecords.length ? heatTable(name) : make("p.none", {}, "There are no findings."),
  );
}

function heatRows(name) {
  const rows = [...grouped(openRecords, axes[name].of)].map(([value, found]) => ({
    value,
    found,
    counts: data.severities.map((severity) => found.filter((record) => record.severity === severity).length),
  }));
  const ranked = (one, other) => other.counts.map((count, place) => count - one.counts[place]).find(Boolean) || 0;
  return rows.sort(ranked);
}

function heatTable(name) {
  const rows = heatRows(name);
  const most = data.severities.map((_severity, place) => Math.max(...rows.map((row) => row.counts[place])));
  const body = make("tbody");
  const add = (from, to) => body.append(...rows.slice(from, to).map((row) => heatRow(name, row, most)));
  add(0, MOST_ROWS);
  const more =
    rows.length > MOST_ROWS
      ? make("button.plain.more", { type: "button", onclick: (event) => (add(MOST_ROWS), event.target.remove()) }, `Show all ${number(rows.length)}`)
      : null;
  const heads = [axes[name].label, ...data.severities, "accounts"].map((head) => make("th", { scope: "col" }, head));
  return [
    make(
      "div.wide",
      {},
      make(
        "table.heat",
        { "aria-label": `Findings by severity and ${axes[name].label.toLowerCase()}` },
        make("thead", {}, make("tr", {}, heads)),
        body,
      ),
    ),
    more,
  ];
}

function heatRow(name, { value, found, counts }, most) {
  const cells = counts.map((count, place) => {
    const severity = data.severities[place];
    const level = count ? Math.max(1, Math.ceil((4 * Math.log1p(count)) / Math.log1p(most[place]))) : 0;
    const link = make(
      "a",
      {
        href: addressWith({ view: "findings", [name]: [value], severity: [severity] }),
        "aria-label": `${counted(count, `${severity} finding`)}, ${axes[name].name(value)}`,
      },
      number(count),
    );
    return make("td", { data: { heat: severity, level } }, count ? link : "0");
  });
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, axes[name].name(value)),
    cells,
    make("td", {}, number(distinct(found, (record) => record.account).length)),
  );
}
