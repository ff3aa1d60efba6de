// The findings of earlier runs and this one, as one small chart for each severity.

const WIDTH = 168;
const HEIGHT = 44;
const EDGE = 5;

function trendSection() {
  const runs = [...(data.history || []), thisRun()];
  if (runs.length < 2) return null;
  const kinds = [
    ...data.severities.map((severity) => [severity, (run) => run.findings[severity] || 0]),
    ["accepted", (run) => run.accepted || 0],
    ["accounts", (run) => run.accounts],
  ];
  return make(
    "section.panel.later",
    {},
    make("h2", {}, `Trend over ${number(runs.length)} runs`),
    make(
      "div.charts",
      {},
      kinds.map(([name, countOf]) =>
        chart(
          name,
          runs.map((run) => ({ began: run.began, count: countOf(run) })),
        ),
      ),
    ),
    folded("The numbers", () =>
      table(
        ["Run", ...kinds.map(([name]) => name)],
        [...runs].reverse().map((run) => [day(run.began), ...kinds.map(([, countOf]) => number(countOf(run)))]),
        "Findings of each run",
      ),
    ),
  );
}

function thisRun() {
  return {
    began: data.run.started,
    accounts: accounts.length,
    findings: Object.fromEntries(bySeverity(openRecords)),
    accepted: records.length - openRecords.length,
  };
}

function chart(name, points) {
  const [first, last] = [points[0], points[points.length - 1]];
  const said = `${name}: ${number(first.count)} on ${day(first.began)}, ${number(last.count)} on ${day(last.began)}`;
  return make(
    "figure",
    {},
    make(
      "figcaption",
      {},
      make("b", {}, number(last.count)),
      ` ${name}`,
      make("span.where", {}, changeOf(last.count - points[points.length - 2].count)),
    ),
    line(said, points),
  );
}

function changeOf(count) {
  return count ? ` ${count > 0 ? "+" : "−"}${number(Math.abs(count))}` : " ±0";
}

/** The time is to scale, and the lowest line is zero. */
function line(said, points) {
  const times = points.map((point) => Date.parse(point.began) || 0);
  const most = Math.max(1, ...points.map((point) => point.count));
  const span = Math.max(1, times[times.length - 1] - times[0]);
  const places = points.map((point, index) => {
    const x = EDGE + ((times[index] - times[0]) / span) * (WIDTH - 2 * EDGE);
    return [x.toFixed(1), (HEIGHT - EDGE - (point.count / most) * (HEIGHT - 2 * EDGE)).toFixed(1)];
  });
  const [x, y] = places[places.length - 1];
  return draw(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said },
    draw("title", {}, said),
    draw("line.axis", { x1: EDGE, x2: WIDTH - EDGE, y1: HEIGHT - EDGE, y2: HEIGHT - EDGE }),
    draw("polyline.run", { points: places.map((place) => place.join(",")).join(" ") }),
    draw("circle.run", { cx: x, cy: y, r: 3 }),
  );
}
