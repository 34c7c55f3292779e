// The connection: the whole picture at first, then events; and the same again whenever it breaks.

import { learnClock, now } from "./time.js";

// The server says how it is every few seconds, so silence is a broken connection.
const SILENCE_SECONDS = 15;
const AGAIN_MS = 2500;

/**
 * Follow the stream for as long as the page is open.
 *
 * `hear` has picture(state), alert(alert), rankings(rankings), condition(condition) and
 * lost(since), with null when the connection is there again.
 */
export async function follow(hear) {
  for (;;) {
    try {
      await onePicture(hear);
    } catch {
      hear.lost(now());
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function onePicture(hear) {
  const answer = await fetch("/api/state", { cache: "no-store", signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const state = await answer.json();
  learnClock(state.condition.now);
  hear.picture(state);
  await events(hear, state.last_event_id);
}

/** Hear events until the server asks to begin anew, or the connection is given up. */
function events(hear, after) {
  const source = new EventSource(`/events?after=${encodeURIComponent(after)}`);
  let heardAt = now();
  return new Promise((resolve, reject) => {
    const leave = () => end(resolve);
    const end = (settle, value) => {
      clearInterval(watch);
      window.removeEventListener("pagehide", leave);
      source.close();
      settle(value);
    };
    const watch = setInterval(() => {
      if (now() - heardAt > SILENCE_SECONDS) end(reject, new Error("silence"));
    }, 1000);
    // A page that is kept for going back to would keep one of the few connections to this host.
    window.addEventListener("pagehide", leave);
    const on = (name, tell) =>
      source.addEventListener(name, (event) => {
        heardAt = now();
        hear.lost(null);
        tell(JSON.parse(event.data));
      });
    on("alert", hear.alert);
    on("rankings", hear.rankings);
    on("condition", (condition) => {
      learnClock(condition.now);
      hear.condition(condition);
    });
    on("reset", () => end(resolve));
    source.addEventListener("error", () => {
      hear.lost(heardAt);
      // A refusal is final to the browser, which otherwise tries again by itself.
      if (source.readyState === EventSource.CLOSED) end(reject, new Error("closed"));
    });
  });
}
