// Builds the page.

function start() {
  const holder = document.getElementById("matrix");
  const dialog = document.getElementById("details");
  // Words if all or nearly all of them fit next to each other.
  matrix.compact = columns.length * 64 + 250 > Math.max(window.innerWidth, 1280) * 1.5;
  drawHead();
  drawTotals();
  drawFilters();
  refresh();
  let waiting = false;
  holder.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (matrix.view.rows.length) drawRows();
    });
  });
  window.addEventListener("resize", () => matrix.view.rows.length && drawRows());
  // A click outside of the panel closes it; the browser returns the focus to the cell.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  window.addEventListener("beforeprint", drawPrint);
  window.addEventListener("afterprint", clearPrint);
  window.matchMedia("print").addEventListener("change", (event) => (event.matches ? drawPrint() : clearPrint()));
}

start();
