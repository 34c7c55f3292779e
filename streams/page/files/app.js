// The page: what is shown, what waits to be shown, and what is said aloud.

import { alertItem, refreshTimes, severityName, who } from "./alert.js";
import { ages, judged } from "./condition.js";
import { chooseLeader, fromAddress, isSet, markSet, offer, readFilters, searchable, toAddress, wants } from "./filters.js";
import { rankingItems, rankingNote } from "./leaders.js";
import { follow } from "./stream.js";
import { shortMoment } from "./time.js";

const PAGE_ALERTS = 25;
const MAX_ALERTS = 400;
const ANNOUNCE_MS = 5000;
const TOUCHED_MS = 60_000;
const SCROLLED_PIXELS = 240;

const at = (id) => document.getElementById(id);
const form = at("filters");
const list = at("list");

const alerts = new Map();
const items = new Map();
const texts = new Map();
const held = new Set();
let limit = PAGE_ALERTS;
let kinds = [];
let rankings = [];
let condition = null;
let lostSince = null;
let hasPicture = false;
let unseen = 0;
let touchedAt = 0;
let announced = [];

const hear = {
  picture(state) {
    const known = new Set(alerts.keys());
    const isFirst = !hasPicture;
    hasPicture = true;
    alerts.clear();
    held.clear();
    for (const alert of state.alerts) enter(alert, !isFirst && !known.has(alert.id));
    for (const id of [...items.keys()]) if (!alerts.has(id)) forget(id);
    kinds = state.kinds;
    rankings = state.rankings;
    condition = state.condition;
    lostSince = null;
    showAll();
  },
  alert(alert) {
    const isNew = !alerts.has(alert.id);
    if (isNew && isReading()) held.add(alert.id);
    enter(alert, isNew);
    trim();
    announce(alert);
    if (document.hidden) unseen += 1;
    showAll();
  },
  rankings(newer) {
    rankings = newer;
    showRanking();
  },
  condition(newer) {
    condition = newer;
    showCondition();
  },
  lost(since) {
    lostSince = since === null ? null : (lostSince ?? since);
    showCondition();
  },
};

/** Take an alert; its item is made anew, and stays open and focused if it was. */
function enter(alert, isNew) {
  alerts.set(alert.id, alert);
  texts.set(alert.id, searchable(alert));
  const before = items.get(alert.id);
  const item = alertItem(alert, isNew);
  items.set(alert.id, item);
  if (!before) return;
  const hadFocus = before.contains(document.activeElement);
  item.firstElementChild.open = before.firstElementChild.open;
  if (before.isConnected) before.replaceWith(item);
  if (hadFocus) item.querySelector("summary").focus({ preventScroll: true });
}

function forget(id) {
  items.get(id)?.remove();
  for (const map of [alerts, items, texts]) map.delete(id);
  held.delete(id);
}

function trim() {
  while (alerts.size > MAX_ALERTS) {
    forget([...alerts.values()].reduce((one, other) => (one.fired_at <= other.fired_at ? one : other)).id);
  }
}

/** Whether somebody reads further down: then nothing may move below the eyes. */
function isReading() {
  const isBusy = list.contains(document.activeElement) && Date.now() - touchedAt < TOUCHED_MS;
  return isBusy || window.scrollY > SCROLLED_PIXELS;
}

function showAll() {
  offer(form, alerts.values(), kinds);
  showList();
  showRanking();
  showCondition();
}

function showList() {
  const filters = readFilters(form);
  const wanted = [...alerts.values()]
    .filter((alert) => wants(filters, alert, texts.get(alert.id)))
    .sort((one, other) => other.fired_at - one.fired_at);
  const free = wanted.filter((alert) => !held.has(alert.id));
  place(free.slice(0, limit).map((alert) => items.get(alert.id)));
  const waiting = wanted.length - free.length;
  button(at("held"), waiting, `Show ${waiting} new ${waiting === 1 ? "alert" : "alerts"}`);
  const more = free.length - limit;
  button(at("show-more"), more > 0, `Show ${Math.min(more, PAGE_ALERTS)} older of ${more}`);
  const set = markSet(form);
  at("filters-set").textContent = set ? ` (${set} set)` : "";
  at("clear").disabled = !isSet(filters);
  at("count").textContent = count(wanted.length, isSet(filters));
  showEmpty(wanted.length === 0 && hasPicture, isSet(filters));
}

function count(wanted, areFiltered) {
  if (!hasPicture || !alerts.size) return "";
  const oldest = Math.min(...[...alerts.values()].map((alert) => alert.fired_at));
  return `${areFiltered ? `${wanted} of ` : ""}${alerts.size} since ${shortMoment(oldest)}`;
}

/** Put these items into the list, moving only what is not in its place: what has the focus keeps it. */
function place(wanted) {
  const keep = new Set(wanted);
  for (const item of [...list.children]) if (!keep.has(item)) item.remove();
  let next = list.firstElementChild;
  for (const item of wanted) {
    if (item === next) next = next.nextElementSibling;
    else list.insertBefore(item, next);
  }
}

function button(one, isThere, text) {
  one.hidden = !isThere;
  one.textContent = text;
}

function showEmpty(isEmpty, areFiltered) {
  at("empty").hidden = !isEmpty;
  if (!isEmpty) return;
  const isRead = condition?.state === "live";
  at("empty-title").textContent = areFiltered && alerts.size ? "No alert fits the filters" : isRead ? "All quiet" : "One moment";
  at("empty-text").textContent =
    areFiltered && alerts.size
      ? `${alerts.size} others are there.`
      : isRead
        ? "No alert in the last 24 hours. The next one appears here by itself."
        : "The last 24 hours are being read.";
}

function showRanking() {
  const seconds = Number(document.querySelector("#span input:checked").value);
  const ranking = rankings.find((one) => one.seconds === seconds);
  if (!ranking) return;
  const focused = document.activeElement?.dataset?.leader;
  const chosen = form.elements.leader.value;
  at("ranking").replaceChildren(...rankingItems(ranking, chosen, choose));
  at("ranking-note").textContent = rankingNote(ranking);
  if (focused) [...at("ranking").querySelectorAll("button")].find((one) => one.dataset.leader === focused)?.focus({ preventScroll: true });
}

function showCondition() {
  const { level, name, text } = judged(condition, lostSince);
  const pill = at("condition");
  pill.className = `pill ${level}`;
  // A live region is read out when it changes; what changes every second is beside it.
  if (pill.textContent !== name) pill.textContent = name;
  at("ages").textContent = lostSince === null ? ages(condition) : "";
  const trouble = at("trouble");
  trouble.hidden = !text;
  trouble.className = `trouble ${level}`;
  if (trouble.textContent !== text) trouble.textContent = text;
  document.title = `${level === "bad" ? "⚠ " : ""}${unseen ? `(${unseen}) ` : ""}Tocsin`;
}

/** Say new alerts aloud, several in one sentence, so that a screen reader is not talked over. */
function announce(alert) {
  announced.push(alert);
  if (announced.length > 1) return;
  setTimeout(() => {
    const [only] = announced;
    at("announcer").textContent =
      announced.length > 1
        ? `${announced.length} alerts came in.`
        : `${severityName(only.severity)} alert: ${who(only)}, ${only.kind_title}.`;
    announced = [];
  }, ANNOUNCE_MS);
}

function choose(id, name) {
  chooseLeader(form, id, name);
  filtersChanged();
}

function filtersChanged() {
  limit = PAGE_ALERTS;
  toAddress(readFilters(form));
  showList();
  showRanking();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", filtersChanged);
at("clear").addEventListener("click", () => {
  form.reset();
  filtersChanged();
  at("search").focus();
});
at("held").addEventListener("click", () => {
  held.clear();
  showList();
  window.scrollTo(0, 0);
  list.querySelector("summary")?.focus();
});
at("show-more").addEventListener("click", () => {
  const first = list.children.length;
  limit += PAGE_ALERTS;
  showList();
  list.children[first]?.querySelector("summary").focus();
});
at("span").addEventListener("change", showRanking);
for (const kind of ["keydown", "pointerdown"]) {
  list.addEventListener(kind, () => {
    touchedAt = Date.now();
  });
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) unseen = 0;
  showCondition();
});
window.addEventListener("hashchange", () => {
  if (/^#(alerts|leaders)$/.test(location.hash)) return;
  fromAddress(form);
  showList();
});

const wide = window.matchMedia("(min-width: 62.01rem)");
const unfold = () => {
  at("more-filters").open = wide.matches;
};
wide.addEventListener("change", unfold);
unfold();
fromAddress(form);
setInterval(showCondition, 1000);
setInterval(() => refreshTimes(list), 20_000);
follow(hear);
