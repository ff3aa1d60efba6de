// The keyboard in the matrix, which is one stop of the Tab key.

function buttonAt({ row, place }) {
  const element = matrix.drawn.get(row);
  return element ? element.querySelector(`button[data-place="${place}"]`) : null;
}

function placeOf(target) {
  const button = target.closest("button[data-row]");
  return button ? { row: Number(button.dataset.row), place: Number(button.dataset.place) } : null;
}

function activate(place, focus) {
  const before = buttonAt(matrix.active);
  if (before) before.tabIndex = -1;
  matrix.active = place;
  if (focus) bringIntoSight(place.row);
  const button = buttonAt(place);
  if (!button) return;
  button.tabIndex = 0;
  if (focus) {
    button.focus({ preventScroll: true });
    if (place.place >= 0) bringColumnIntoSight(button);
  }
}

function bringIntoSight(row) {
  const holder = document.getElementById("matrix");
  const heading = holder.querySelector("thead").offsetHeight;
  const top = row * rowHeight();
  if (top < holder.scrollTop) holder.scrollTop = top;
  const room = holder.clientHeight - heading - rowHeight();
  if (top > holder.scrollTop + room) holder.scrollTop = top - room;
  drawRows();
}

function bringColumnIntoSight(button) {
  const holder = document.getElementById("matrix");
  const fixed = holder.querySelector("th.account").offsetWidth;
  const cell = button.parentElement;
  if (cell.offsetLeft - fixed < holder.scrollLeft) holder.scrollLeft = cell.offsetLeft - fixed;
  const right = cell.offsetLeft + cell.offsetWidth;
  if (right > holder.scrollLeft + holder.clientWidth) holder.scrollLeft = right - holder.clientWidth;
}

const moves = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
};

function moved(event) {
  const place = placeOf(event.target);
  if (!place) return;
  const { rows, columns: shownColumns } = matrix.view;
  let target = null;
  if (event.key === "Home") target = { row: event.ctrlKey ? 0 : place.row, place: -1 };
  else if (event.key === "End") target = lastOf(event.ctrlKey ? rows.length - 1 : place.row);
  else if (moves[event.key]) {
    let [down, right] = moves[event.key];
    target = { ...place };
    do {
      target = { row: clamp(target.row + down, 0, rows.length - 1), place: clamp(target.place + right, -1, shownColumns.length - 1) };
      down = Math.sign(down);
    } while (!isThere(target) && !atEdge(target, down, right));
    if (!isThere(target)) target = place;
  }
  if (!target) return;
  event.preventDefault();
  activate(target, true);
}

function isThere({ row, place }) {
  return place < 0 || matrix.view.rows[row].at.has(matrix.view.columns[place].index);
}

function atEdge({ row, place }, down, right) {
  const { rows, columns: shownColumns } = matrix.view;
  return (
    (down < 0 && row === 0) || (down > 0 && row === rows.length - 1) || (right > 0 && place === shownColumns.length - 1) || (right < 0 && place < 0)
  );
}

function lastOf(row) {
  let place = matrix.view.columns.length - 1;
  while (!isThere({ row, place })) place -= 1;
  return { row, place };
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

function openCell(event) {
  const place = placeOf(event.target);
  if (!place) return;
  activate(place, true);
  const account = matrix.view.rows[place.row];
  if (place.place < 0) openPanel(account);
  else {
    const cells = account.at.get(matrix.view.columns[place.place].index);
    openPanel(account, cells.length > 1 ? `column ${cells[0].column}` : cells[0].resource);
  }
}
