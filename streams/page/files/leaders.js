// Leaders by mentions, each with a sparkline of sentiment over the window.

import { signed } from "./alert.js";
import { drawn, element, foreign } from "./element.js";
import { shortMoment } from "./time.js";

const WIDTH = 120;
const HEIGHT = 38;
const MIDDLE = HEIGHT / 2;
const REACH = MIDDLE - 3;
const regions = new Intl.DisplayNames(undefined, { type: "region" });

/** Give a country's name by its code; a body's code is its name. */
export function countryName(code) {
  try {
    return /^[A-Z]{2}$/.test(code) ? regions.of(code) : code;
  } catch {
    return code;
  }
}

/** Make the items of a ranking; `chosen` is the leader that is filtered by. */
export function rankingItems(ranking, chosen, choose) {
  return ranking.leaders.map((leader) => {
    const button = element(
      "button",
      { type: "button", "aria-pressed": String(leader.id === chosen), "data-leader": leader.id },
      foreign(leader.name),
      element("small", {}, foreign(countryName(leader.country))),
    );
    button.addEventListener("click", () => choose(leader.id === chosen ? "" : leader.id, leader.name));
    return element("li", { class: "ranked" }, button, sparkline(leader), figures(leader));
  });
}

/** Say what was counted, and from when to when. */
export function rankingNote(ranking) {
  if (!ranking.leaders.length) return "No leader has been written about in this window.";
  const from = ranking.counted_from > ranking.start ? ranking.counted_from : ranking.start;
  const shown = ranking.leaders.length;
  const all = ranking.leaders_in_all;
  const which = all > shown ? `${shown} most mentioned of ${all}` : `${all} mentioned`;
  return `${which}, ${shortMoment(from)} to ${shortMoment(ranking.end)}`;
}

function figures(leader) {
  const way = leader.mean > 0.05 ? "positive" : leader.mean < -0.05 ? "negative" : "none";
  return element(
    "p",
    { class: "figures" },
    element("b", {}, String(leader.mentions), element("span", { class: "hidden" }, " mentions, sentiment ")),
    leader.mean === null
      ? element("small", { class: "none" }, "unknown")
      : element("small", { class: way }, signed(leader.mean)),
  );
}

function sparkline(leader) {
  const step = WIDTH / leader.buckets.length;
  const most = Math.max(1, ...leader.buckets.map(([mentions]) => mentions));
  const bars = leader.buckets.map(([mentions], number) => {
    const height = (mentions / most) * HEIGHT;
    return mentions
      ? drawn("rect", { class: "volume", x: number * step + 0.5, y: HEIGHT - height, width: step - 1, height })
      : null;
  });
  const points = leader.buckets.map(([, mean], number) =>
    mean === null ? null : { x: number * step + step / 2, y: MIDDLE - mean * REACH, mean },
  );
  const known = points.filter((point) => point !== null);
  return drawn(
    "svg",
    { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": told(leader, known) },
    bars,
    drawn("line", { class: "middle", x1: 0, x2: WIDTH, y1: MIDDLE, y2: MIDDLE }),
    drawn("polyline", { class: "way", points: known.map(({ x, y }) => `${x},${y}`).join(" ") }),
    known.map(({ x, y, mean }) => {
      const way = mean > 0.05 ? "positive" : mean < -0.05 ? "negative" : "neutral";
      return drawn("circle", { class: way, cx: x, cy: y, r: 2 });
    }),
  );
}

function told(leader, known) {
  if (!known.length) return "Sentiment unknown: no word was scored.";
  const newest = known.at(-1).mean;
  return `Sentiment: mean ${signed(leader.mean)} of ${leader.scored} scored mentions, lately ${signed(newest)}.`;
}
