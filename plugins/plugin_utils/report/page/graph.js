// The graph of privilege escalation paths: identities in layers from left to right, and the steps between them.

const BOX = { width: 206, height: 40, right: 96, down: 16 };
const MOST_NODES = 60;

/** Steps between identities. A step begins with who takes it; what it leads to is who takes the next one, or the end. */
function pathEdges(path, numbers) {
  const steps = path.steps || [];
  return steps.map((text, place) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size + 1);
    const next = steps[place + 1];
    return {
      from: actorOf(text, place ? "" : path.from) || path.from,
      to: next ? actorOf(next, "") || path.to : path.to,
      number: numbers.get(text),
      text,
      severity: path.severity,
    };
  });
}

function actorOf(text, otherwise) {
  return otherwise || /^(.+?) (?:can|may) /.exec(text)?.[1] || "";
}

/** Identities with their layer, and one edge for all steps between the same two. `steps`: text to number. */
function graphOf(paths) {
  const numbers = new Map();
  const edges = new Map();
  for (const path of paths) {
    for (const edge of pathEdges(path, numbers)) {
      const key = JSON.stringify([edge.from, edge.to]);
      if (!edges.has(key)) edges.set(key, { ...edge, numbers: new Set() });
      edges.get(key).numbers.add(edge.number);
    }
  }
  const goals = new Set(paths.map((path) => path.to));
  const listed = [...edges.values()];
  const names = distinct(
    listed.flatMap((edge) => [edge.from, edge.to]),
    (name) => name,
  ).slice(0, MOST_NODES);
  const layers = layersOf(names, paths, numbers);
  return { edges: listed.filter((edge) => layers.has(edge.from) && layers.has(edge.to)), layers, goals, numbers };
}

/** An identity is as far to the right as its place in the path in which it comes latest: most steps go to the right. */
function layersOf(names, paths, numbers) {
  const layers = new Map(names.map((name) => [name, 0]));
  for (const path of paths) {
    const passed = [path.from];
    for (const { to } of pathEdges(path, numbers)) if (passed[passed.length - 1] !== to) passed.push(to);
    passed.forEach((name, place) => layers.has(name) && layers.set(name, Math.max(layers.get(name), place)));
  }
  return layers;
}

/** The place of each identity. A step over several layers has a place in each of them too, so that it does not cross a box. */
function placesOf({ layers, edges }) {
  const places = new Map();
  const stops = edges.flatMap((edge) =>
    stopsOf(edge, layers).map((stop, place, all) => ({ ...stop, before: place ? all[place - 1].name : edge.from })),
  );
  const entries = [...[...layers].map(([name, layer]) => ({ name, layer, height: BOX.height })), ...stops];
  const above = ({ name, before }) =>
    average(
      (before ? [before] : edges.filter((edge) => edge.to === name).map((edge) => edge.from))
        .filter((from) => places.has(from))
        .map((from) => places.get(from).y),
    );
  const columnsOf = [...grouped(entries, (entry) => entry.layer)].sort(([one], [other]) => one - other);
  columnsOf.forEach(([, own], column) => {
    const ordered = own.map((entry) => ({ ...entry, rank: above(entry) })).sort((one, other) => one.rank - other.rank);
    let y = 20;
    for (const { name, height } of ordered) {
      places.set(name, { x: column * (BOX.width + BOX.right) + 2, y, height });
      y += height + BOX.down;
    }
  });
  return places;
}

/** The layers that a step passes without an identity in them. */
function stopsOf(edge, layers) {
  const [from, to] = [layers.get(edge.from), layers.get(edge.to)];
  return Array.from({ length: Math.max(0, to - from - 1) }, (_none, place) => ({
    name: `${from + place + 1} ${edge.from} ${edge.to}`,
    layer: from + place + 1,
    height: 8,
  }));
}

function average(numbers) {
  return numbers.length ? numbers.reduce((sum, one) => sum + one, 0) / numbers.length : 0;
}

function drawGraph(graph, account) {
  const places = placesOf(graph);
  const width = Math.max(...[...places.values()].map((place) => place.x)) + BOX.width + 34;
  const height = Math.max(...[...places.values()].map((place) => place.y)) + BOX.height + 6;
  const said = `${counted(graph.layers.size, "identity", "identities")} and ${counted(graph.edges.length, "connection")}; the steps are listed below`;
  return draw(
    "svg.graph",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": said },
    draw(
      "defs",
      {},
      draw(
        "marker",
        { id: "arrow", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto" },
        draw("path.head", { d: "M0 0 8 4 0 8z" }),
      ),
    ),
    graph.edges.map((edge) => drawEdge(edge, places, graph.layers)),
    [...graph.layers.keys()].map((name) => drawIdentity(name, places.get(name), graph, account)),
  );
}

/** A curve to the right, a loop for a step of an identity on itself, or an arc on the left for a step back. */
function drawEdge(edge, places, layers) {
  const [from, to] = [places.get(edge.from), places.get(edge.to)];
  const middle = BOX.height / 2;
  const [x1, y1, x2, y2] = [from.x + BOX.width, from.y + middle, to.x, to.y + middle];
  const points = [
    [x1, y1],
    ...stopsOf(edge, layers).flatMap(({ name }) => [
      [places.get(name).x, places.get(name).y + 4],
      [places.get(name).x + BOX.width, places.get(name).y + 4],
    ]),
    [x2 - 2, y2],
  ];
  let d = `M${x1} ${y1}${points
    .slice(1)
    .map((point, place) => curve(points[place], point))
    .join("")}`;
  let [x, y] = [(x1 + points[1][0]) / 2, (y1 + points[1][1]) / 2];
  if (edge.from === edge.to) {
    d = `M${x1 - 34} ${from.y}c0 -20 54 -20 54 2 0 10 -8 10 -18 10`;
    [x, y] = [x1 + 26, from.y + 2];
  } else if (x2 <= x1) {
    d = `M${from.x} ${y1}C${from.x - 30} ${y1} ${to.x - 30} ${y2} ${to.x - 2} ${y2}`;
    [x, y] = [Math.min(from.x, to.x) - 16, (y1 + y2) / 2];
  }
  const numbers = [...edge.numbers];
  return draw(
    "g.edge",
    { data: { severity: edge.severity } },
    draw("title", {}, edge.text),
    draw("path.way", { d, "marker-end": "url(#arrow)" }),
    draw("text", { x, y: y - 4, "text-anchor": "middle" }, someOf(numbers.map(String), 3)),
  );
}

function curve([x1, y1], [x2, y2]) {
  const bend = (x2 - x1) / 2;
  return `C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function drawIdentity(name, place, graph, account) {
  const [kind, ...rest] = name.split("/");
  const short = (rest.join("/") || kind).split("/").pop();
  const shape = draw("rect", { x: place.x, y: place.y, width: BOX.width, height: BOX.height, rx: 6 });
  const words = [
    draw("text.kind", { x: place.x + 10, y: place.y + 15 }, rest.length ? kind : ""),
    draw("text.name", { x: place.x + 10, y: place.y + 31 }, short.length > 25 ? `${short.slice(0, 12)}…${short.slice(-12)}` : short),
  ];
  const isGoal = graph.goals.has(name);
  const inside = [draw("title", {}, `${name}${isGoal ? ", an administrator at the end" : ""}`), shape, words];
  const cell = account.cells.find((other) => other.resource === name && other.look !== presences.absent);
  const what = `g.identity${isGoal ? ".goal" : ""}`;
  return cell
    ? draw(what, {}, draw("a", { href: addressOf({ host: account.key, object: name }), "aria-label": name }, inside))
    : draw(what, {}, inside);
}
