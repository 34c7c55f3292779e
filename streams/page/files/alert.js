// One alert as a list item: a summary to skim, and what it rests on, to open.

import { element, foreign } from "./element.js";
import { ago, machineMoment, moment, wholeMoment } from "./time.js";

const WEAK = 0.5;
const SEVERITIES = { low: "Low", medium: "Medium", high: "High" };

export function severityName(severity) {
  return SEVERITIES[severity] ?? severity;
}

export function who(alert) {
  return alert.leaders.map((leader) => leader.name).join(", ");
}

/** Make the item; `isNew` marks it for a moment. */
export function alertItem(alert, isNew) {
  return element(
    "li",
    { class: `alert ${alert.severity} ${alert.msg_type}${isNew ? " new" : ""}`, "data-id": alert.id },
    element("details", {}, summary(alert), grounds(alert)),
  );
}

/** Say how long ago everything below an element was. */
export function refreshTimes(root) {
  for (const time of root.querySelectorAll("time[data-at]")) {
    time.lastChild.textContent = ` · ${ago(Number(time.dataset.at))}`;
  }
}

function summary(alert) {
  const [first] = alert.articles;
  return element(
    "summary",
    {},
    element(
      "p",
      { class: "line" },
      element("span", { class: `badge ${alert.severity}` }, severityName(alert.severity)),
      stateBadge(alert),
      element("span", { class: "who" }, joined(alert.leaders.map((leader) => foreign(leader.name)))),
      element("span", { class: `kind ${alert.tone}` }, alert.kind_title),
      element(
        "time",
        { datetime: machineMoment(alert.fired_at), title: wholeMoment(alert.fired_at), "data-at": alert.fired_at },
        moment(alert.fired_at),
        element("span", {}, ` · ${ago(alert.fired_at)}`),
      ),
    ),
    first ? element("p", { class: "title", dir: "auto" }, first.title) : null,
    element("p", { class: "reason", dir: "auto" }, alert.reason),
    element("p", { class: "holds" }, holds(alert)),
  );
}

/** Say what opening it shows. */
function holds(alert) {
  const sources = alert.articles.length + alert.articles_left_out;
  const sentences = alert.evidence.length + alert.evidence_left_out;
  return [
    `${sources} ${sources === 1 ? "source" : "sources"}`,
    sentences ? `, ${sentences} ${sentences === 1 ? "sentence" : "sentences"}` : null,
  ];
}

function stateBadge(alert) {
  if (alert.msg_type === "cancel") return element("span", { class: "badge state" }, "Cancelled");
  if (alert.msg_type !== "update") return null;
  const times = alert.revision - 1;
  return element("span", { class: "badge state" }, times > 1 ? `Updated ${times} times` : "Updated");
}

function joined(nodes) {
  return nodes.flatMap((node, number) => (number === 0 ? [node] : [" and ", node]));
}

function grounds(alert) {
  return element(
    "div",
    { class: "grounds" },
    alert.evidence.length ? element("h3", {}, "What was said") : null,
    alert.evidence.map(sentence),
    rest(alert.evidence_left_out, "sentences"),
    element("h3", {}, alert.articles.length === 1 ? "Source" : "Sources"),
    element("ol", { class: "plain sources" }, alert.articles.map(source)),
    rest(alert.articles_left_out, "sources"),
    history(alert),
    element("h3", {}, "What was measured"),
    facts(alert),
  );
}

function sentence(evidence) {
  return element(
    "blockquote",
    { dir: "auto" },
    parts(evidence.parts),
    evidence.label
      ? element("p", { class: "second", dir: "ltr" }, `A model reads it as ${evidence.label}${evidence.probability === null ? "" : ` (${evidence.probability.toFixed(2)})`}.`)
      : null,
  );
}

function parts(all) {
  const heaviest = Math.max(0, ...all.map(({ weight }) => Math.abs(weight ?? 0)));
  return all.map(({ text, mark = null, weight = null }) => {
    if (mark === "leader") return element("mark", { class: "leader" }, foreign(text));
    if (mark !== "word") return text;
    const way = weight > 0 ? "positive" : weight < 0 ? "negative" : "neutral";
    // Most words weigh a little; those that decide stand out.
    if (Math.abs(weight) < heaviest * WEAK) {
      return element("mark", { class: `weak ${way}`, title: signed(weight) }, text);
    }
    return element("mark", { class: way }, text, element("span", { class: "weight" }, signed(weight)));
  });
}

function source(article) {
  const title = article.title || "Without a title";
  const by = article.family && article.family !== article.source ? `${article.source} (${article.family})` : article.source;
  return element(
    "li",
    {},
    element("p", { dir: "auto" }, link(article.url, title) ?? foreign(title)),
    element(
      "p",
      { class: "from" },
      foreign(by || "Source not named"),
      article.host ? [" · ", element("bdi", { dir: "ltr" }, article.host)] : null,
    ),
  );
}

/** A link where the address is one of the web; the server has looked, and looking twice is cheap. */
function link(url, title) {
  if (!url || !URL.canParse(url) || !["http:", "https:"].includes(new URL(url).protocol)) return null;
  return element("a", { href: url, rel: "noopener noreferrer", target: "_blank", dir: "auto" }, title);
}

function history(alert) {
  if (alert.history.length < 2) return null;
  const words = { alert: "Sent", update: "Updated", cancel: "Cancelled" };
  return [
    element("h3", {}, "How it went"),
    element(
      "ol",
      { class: "history" },
      alert.history.map((message) =>
        element(
          "li",
          {},
          element("time", { datetime: machineMoment(message.at), title: wholeMoment(message.at) }, moment(message.at)),
          element("b", {}, `${words[message.msg_type] ?? message.msg_type}, ${message.severity}. `),
          foreign(message.reason),
        ),
      ),
    ),
  ];
}

function facts(alert) {
  const [observed, expected, threshold] = alert.figures;
  const rows = [
    [observed, figure(alert.observed)],
    alert.expected === null ? null : [expected, figure(alert.expected)],
    [threshold, figure(alert.threshold)],
    ["Window", `${moment(alert.window[0])} to ${moment(alert.window[1])}`],
    alert.novelty === null ? null : ["Novelty", `${alert.novelty} of 100`],
    ["Rule", foreign(`${alert.rule}, version ${alert.rule_version}`)],
    alert.replay_id === null ? null : ["From replay", foreign(alert.replay_id)],
    ["Alert", element("code", { dir: "ltr" }, alert.id)],
  ];
  return element(
    "dl",
    { class: "facts" },
    rows.filter(Boolean).map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );
}

function rest(count, what) {
  return count > 0 ? element("p", { class: "note" }, `And ${count} more ${what}.`) : null;
}

export function signed(number) {
  return `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(2)}`;
}

function figure(number) {
  if (number !== 0 && Math.abs(number) < 0.01) return number.toExponential(0).replace("-", "−");
  return String(Math.round(number * 100) / 100).replace("-", "−");
}
