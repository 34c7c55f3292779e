// Which alerts are wanted, and the form and the address that say so.

import { element } from "./element.js";
import { countryName } from "./leaders.js";

const SEVERITIES = ["low", "medium", "high"];
const FIELDS = ["search", "kind", "severity", "leader", "country", "state"];

/** Make a text comparable: no case, no accents. */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Give what a search looks through. */
export function searchable(alert) {
  return folded(
    [
      alert.reason,
      alert.kind,
      alert.kind_title,
      alert.rule,
      ...alert.leaders.flatMap((leader) => [leader.name, countryName(leader.country)]),
      ...alert.articles.flatMap((article) => [article.title, article.source, article.family, article.host]),
      ...alert.evidence.flatMap((evidence) => evidence.parts.map((part) => part.text)),
    ].join(" "),
  );
}

export function wants(filters, alert, text) {
  if (filters.kind && alert.kind !== filters.kind) return false;
  if (filters.severity && SEVERITIES.indexOf(alert.severity) < SEVERITIES.indexOf(filters.severity)) return false;
  if (filters.leader && !alert.leaders.some((leader) => leader.id === filters.leader)) return false;
  if (filters.country && !alert.leaders.some((leader) => leader.country === filters.country)) return false;
  if (filters.state && alert.msg_type !== filters.state) return false;
  return folded(filters.search).split(/\s+/).every((word) => text.includes(word));
}

export function readFilters(form) {
  return Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
}

export function isSet(filters) {
  return FIELDS.some((name) => filters[name].trim());
}

/** Put into the form what the address says. */
export function fromAddress(form) {
  const said = new URLSearchParams(location.hash.slice(1));
  for (const name of FIELDS) {
    const field = form.elements[name];
    const value = (said.get(name) ?? "").slice(0, 200);
    // Its option may come with the first alert that has it.
    if (field.tagName === "SELECT" && value) option(field, value, name);
    field.value = value;
  }
}

/** Let the address say what is filtered by, so that it can be kept and passed on. */
export function toAddress(filters) {
  const said = new URLSearchParams(FIELDS.filter((name) => filters[name]).map((name) => [name, filters[name]]));
  history.replaceState(null, "", said.size ? `#${said}` : location.pathname);
}

/** Offer the choices. The one that is chosen stays, even if no alert has it any more. */
export function offer(form, alerts, kinds) {
  const leaders = new Map();
  const countries = new Map();
  for (const alert of alerts) {
    for (const leader of alert.leaders) {
      leaders.set(leader.id, leader.name);
      if (leader.country) countries.set(leader.country, countryName(leader.country));
    }
  }
  fill(form.elements.kind, new Map(kinds.map(({ name, title }) => [name, title])));
  fill(form.elements.leader, leaders);
  fill(form.elements.country, countries);
}

/** Choose a leader, whether an alert names one or not. */
export function chooseLeader(form, id, name) {
  const field = form.elements.leader;
  if (id) option(field, id, name);
  field.value = id;
}

/** Mark the fields that are set, and give how many of those that can be folded away are. */
export function markSet(form) {
  let count = 0;
  for (const name of FIELDS) {
    const field = form.elements[name];
    field.classList.toggle("set", Boolean(field.value));
    count += name !== "search" && field.value ? 1 : 0;
  }
  return count;
}

function fill(field, named) {
  const wanted = [...named].sort(([, one], [, other]) => one.localeCompare(other));
  const chosen = field.value;
  const isSame = wanted.every(([value, name], number) => {
    const there = field.options[number + 1];
    return there && there.value === value && there.textContent === name;
  });
  if (isSame && field.options.length <= wanted.length + 2) return;
  const [any] = field.options;
  const gone = chosen && !named.has(chosen) ? [[chosen, nameOf(field, chosen)]] : [];
  field.replaceChildren(any, ...[...wanted, ...gone].map(([value, name]) => element("option", { value, dir: "auto" }, name)));
  field.value = chosen;
}

function option(field, value, name) {
  if (![...field.options].some((one) => one.value === value)) {
    field.append(element("option", { value, dir: "auto" }, name));
  }
}

function nameOf(field, value) {
  return [...field.options].find((one) => one.value === value)?.textContent ?? value;
}
