// Builds the page and keeps it as the address says.

const views = {
  overview: { label: "Overview", draw: drawOverview },
  findings: { label: "Findings", draw: drawFindings, shown: () => `${number(shownRecords().length)} of ${counted(records.length, "finding")}` },
  matrix: { label: "Matrix", draw: drawMatrixView, shown: matrixShown },
  escalation: {
    label: "Escalation",
    draw: drawEscalation,
    shown: () => counted(accountsWithPaths().length, "account with paths", "accounts with paths"),
  },
  access: { label: "Access", draw: drawAccess, shown: () => counted(accounts.filter(fitsAccount).length, "account") },
};

function matrixShown() {
  const { rows, fitting } = shown();
  return isFiltered()
    ? `${number(rows.length)} of ${counted(accounts.length, "account")}, ${number(fitting)} of ${number(data.totals.objects)} roles and policies`
    : `all ${counted(accounts.length, "account")} shown`;
}

function isFiltered() {
  return filterTexts.some((name) => chosen[name] !== texts[name]) || sets.some((name) => chosen[name].size);
}

/** Draw what the state says. The matrix stays where it was scrolled, and the focus where it was. */
function refresh() {
  const view = views[chosen.view];
  const isDrawn = document.body.dataset.view === "matrix" && chosen.view === "matrix";
  refreshBars(view);
  if (!isDrawn) redraw(view);
  if (chosen.view === "matrix") drawMatrix(shown());
}

function refreshBars(view) {
  for (const update of pressed) update();
  for (const link of document.querySelectorAll("#views a")) {
    const isShown = link.dataset.view === chosen.view;
    link.setAttribute("href", addressOf({ view: link.dataset.view, host: "", object: "" }));
    if (isShown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.body.dataset.view = chosen.view;
  document.getElementById("filters").hidden = !view.shown;
  document.getElementById("shown").textContent = view.shown ? view.shown() : "";
  document.getElementById("clear").disabled = !isFiltered();
}

function redraw(view) {
  const holder = document.getElementById("view");
  const focused = holder.contains(document.activeElement) ? document.activeElement : null;
  holder.replaceChildren(...[view.draw()].flat(Infinity).filter(Boolean));
  if (!focused) return;
  const text = focused.textContent;
  const again = focused.id ? document.getElementById(focused.id) : [...holder.querySelectorAll("a")].find((link) => link.textContent === text);
  (again || holder).focus({ preventScroll: true });
}

/** The state was changed in the page: show it and write it into the address. */
function changed(isStep = true) {
  writeAddress(isStep);
  refresh();
}

function start() {
  const dialog = document.getElementById("details");
  // Words if all or nearly all of them fit next to each other.
  matrix.compact = columns.length * 64 + 250 > Math.max(window.innerWidth, 1280) * 1.5;
  readAddress();
  drawHead();
  drawFilters();
  refresh();
  showPanel();
  window.addEventListener("popstate", follow);
  document.addEventListener("click", linkFollowed);
  window.addEventListener("resize", () => document.getElementById("matrix") && matrix.view.rows.length && drawRows());
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("view").focus();
  });
  // A click outside of the panel closes it; the browser returns the focus to the cell.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", panelClosed);
  window.addEventListener("beforeprint", drawPrint);
  window.addEventListener("afterprint", clearPrint);
  window.matchMedia("print").addEventListener("change", (event) => (event.matches ? drawPrint() : clearPrint()));
  document.documentElement.dataset.ready = "true";
}

start();
