// The difference of two texts, line by line.

const MOST_LINES = 3000; // of both texts; longer texts are shown one after the other

/** Lines as [sign, text]; the sign is " ", "-" or "+", or "…" for a stretch of equal lines that is left out. */
function difference(before, after) {
  const [old, now] = [before, after].map((text) => (text ? text.replace(/\n$/, "").split("\n") : []));
  const lines = old.length + now.length > MOST_LINES ? apart(old, now) : compared(old, now);
  const near = lines.map(([sign], place) => sign !== " " || lines.slice(Math.max(0, place - 3), place + 4).some(([other]) => other !== " "));
  const shortened = [];
  lines.forEach((line, place) => {
    if (near[place]) shortened.push(line);
    else if (place === 0 || near[place - 1]) shortened.push(["…", ""]);
  });
  return shortened;
}

function apart(old, now) {
  return [...old.map((line) => ["-", line]), ...now.map((line) => ["+", line])];
}

/** By the longest common subsequence. */
function compared(old, now) {
  const longest = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      longest[i][j] = old[i] === now[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const lines = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    if (old[i] === now[j]) {
      lines.push([" ", old[i]]);
      i += 1;
      j += 1;
    } else if (longest[i + 1][j] >= longest[i][j + 1]) lines.push(["-", old[i++]]);
    else lines.push(["+", now[j++]]);
  }
  return [...lines, ...apart(old.slice(i), now.slice(j))];
}

function drawDifference({ before, after }) {
  return make(
    "pre.difference",
    { tabindex: 0 },
    difference(before, after).map(([sign, text]) => make("span.line", { data: { sign } }, `${sign} ${text}`)),
  );
}
