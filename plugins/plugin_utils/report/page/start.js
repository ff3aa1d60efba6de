// Puts the page together.

function start() {
  const holder = document.getElementById("matrix");
  const dialog = document.getElementById("details");
  // Words where they all fit beside each other, or nearly.
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
  // A click beside what has opened closes it; the browser gives the focus back to the cell.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  window.addEventListener("beforeprint", drawPrint);
  window.addEventListener("afterprint", clearPrint);
  window.matchMedia("print").addEventListener("change", (event) => (event.matches ? drawPrint() : clearPrint()));
}

start();
