// Moments as a person reads them. Moments are Unix seconds, on the server's clock.

let aheadSeconds = 0;

/** Learn how far the server's clock is ahead of this one. */
export function learnClock(serverNow) {
  aheadSeconds = serverNow - Date.now() / 1000;
}

export function now() {
  return Date.now() / 1000 + aheadSeconds;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const minute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** `23:32:19`, with the day before it where it is not today's. */
export function moment(seconds) {
  return dated(seconds, clock);
}

/** The same without the seconds. */
export function shortMoment(seconds) {
  return dated(seconds, minute);
}

function dated(seconds, form) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "at no time";
  const today = new Date(now() * 1000).toDateString() === date.toDateString();
  return today ? form.format(date) : `${day.format(date)} ${form.format(date)}`;
}

export function wholeMoment(seconds) {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "" : whole.format(date);
}

export function machineMoment(seconds) {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

/** `4 s`, `3 min`, `2 h`, `5 d`: how long, in its largest unit. */
export function length(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

export function ago(seconds) {
  const since = now() - seconds;
  return since < 10 ? "just now" : `${length(since)} ago`;
}
