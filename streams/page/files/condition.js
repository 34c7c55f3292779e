// How the stream is, in words: a pill that is always there, and a banner where something is wrong.

import { ago, length, moment, now } from "./time.js";

/** Judge a condition; `lostSince` is when the connection to the server was lost, or null. */
export function judged(condition, lostSince) {
  if (lostSince !== null) {
    return verdict("bad", "Connection lost", `No connection to this page's server since ${moment(lostSince)}. Trying again; what is shown may be old.`);
  }
  if (condition === null) return verdict("wait", "Connecting");
  switch (condition.state) {
    case "starting":
      return verdict("wait", "Reaching Kafka");
    case "reading":
      return verdict("wait", "Reading the last 24 hours");
    case "away":
      return verdict("bad", "Kafka is away", `Kafka has not answered since ${moment(condition.since)}. What is shown may be old.`);
    case "refused":
      return verdict("bad", "Kafka refuses", `Since ${moment(condition.since)} Kafka does not let this page read, or has not all of its topics; the server's log says which.`);
    case "failed":
      return verdict("bad", "Page failed", `This page stopped reading at ${moment(condition.since)} by an error; the server's log has it.`);
    default:
      return flowing(condition);
  }
}

/** Say when something last came, in a line that changes all the time. */
export function ages(condition) {
  if (condition === null) return "";
  const said = [];
  if (condition.newest_record_at !== null) said.push(`last record ${ago(condition.newest_record_at)}`);
  else if (condition.newest_event_time !== null) said.push(`newest record ${ago(condition.newest_event_time)}`);
  if (condition.waiting_records) said.push(`${condition.waiting_records} waiting`);
  return said.join(" · ");
}

function flowing(condition) {
  const { waiting_seconds: seconds, waiting_records: records } = condition;
  if (records && seconds > condition.stuck_after_seconds) {
    return verdict(
      "bad",
      "Workers behind",
      `${records === 1 ? "1 record has" : `${records} records have`} waited since ${moment(condition.now - seconds)}: no worker runs, or it has stopped, or it does not keep up.`,
    );
  }
  const last = condition.newest_article_at ?? condition.since;
  if (now() - last > condition.quiet_after_seconds) {
    return verdict("quiet", "No articles", `No article has come in since ${moment(last)} (for ${length(now() - last)}). The page listens on; it may be the feeds that have stopped.`);
  }
  return verdict("good", "Live");
}

function verdict(level, name, text = "") {
  return { level, name, text };
}
