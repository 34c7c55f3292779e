/**
 * Follows Tocsin's alerts and handles each one once, also across restarts.
 *
 * It needs kafkajs and the published contract alone (`streams/contracts/published/`). Settings are
 * variables: see README.md beside this folder.
 */

import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { Kafka, logLevel } from "kafkajs";

const BROKER = process.env.ALERTS_BROKER ?? "localhost:9092";
const GROUP = process.env.ALERTS_GROUP ?? "my-service";
// Every kind of alert has its topic, and so can a rule: a new one is followed after a restart.
const TOPICS = new RegExp(process.env.ALERTS_TOPICS ?? "^news\\.alerts\\..+$");
const SEEN_FILE = process.env.ALERTS_SEEN_FILE ?? "seen-alerts.txt";
const REMEMBERED = 10_000;

/** What is used of an alert here; the schema has the rest. */
interface Alert {
  alert_id: string;
  msg_type: "alert" | "update" | "cancel";
  references: string[];
  severity: "low" | "medium" | "high";
  reason: string;
}

/** The newest ids that were handled: in memory, and in a file with one a line. */
class Seen {
  #ids: Set<string>;

  constructor(
    private readonly path: string,
    private readonly most: number,
  ) {
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    // After the last line break there can only be an id that a crash cut short.
    this.#ids = new Set(text.split("\n").slice(0, -1));
    this.#shorten();
  }

  has(alertId: string): boolean {
    return this.#ids.has(alertId);
  }

  add(alertId: string): void {
    this.#ids.add(alertId);
    appendFileSync(this.path, `${alertId}\n`);
    if (this.#ids.size > 2 * this.most) this.#shorten();
  }

  #shorten(): void {
    this.#ids = new Set([...this.#ids].slice(-this.most));
    writeFileSync(`${this.path}.new`, [...this.#ids].map((one) => `${one}\n`).join(""));
    renameSync(`${this.path}.new`, this.path); // in one step: the old file or the new one
  }
}

/** Do your own work here; what throws is not committed, and comes again. */
function handle(alert: Alert): void {
  // An update or a cancellation names the messages before it, the first one first.
  const first = alert.references[0] ?? alert.alert_id;
  console.log([alert.msg_type, alert.severity, first, alert.reason].join("\t"));
}

/** Decode an alert; undefined for what is none. Fields that you do not know may be there. */
function read(value: Buffer | null): Alert | undefined {
  try {
    const alert = JSON.parse(String(value));
    return typeof alert?.alert_id === "string" && Array.isArray(alert.references) ? alert : undefined;
  } catch {
    return undefined;
  }
}

const seen = new Seen(SEEN_FILE, REMEMBERED);
const kafka = new Kafka({ clientId: GROUP, brokers: BROKER.split(","), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({
  groupId: GROUP,
  allowAutoTopicCreation: false,
  maxWaitTimeInMs: 500, // a stop waits so long for the fetch that runs
});

/** The message in hand is handled and committed first. */
async function stop(): Promise<void> {
  await consumer.disconnect();
  process.exit(0);
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
// kafkajs tries passing faults again by itself; after any other, end and let the platform restart.
consumer.on("consumer.crash", ({ payload }) => {
  if (!payload.restart) process.exit(1);
});

await consumer.connect();
await consumer.subscribe({ topics: [TOPICS], fromBeginning: true });
await consumer.run({
  // Commits after handling: a crash before that repeats, and loses nothing.
  autoCommitThreshold: 1,
  eachMessage: async ({ topic, partition, message }) => {
    const alert = read(message.value);
    if (alert === undefined) {
      console.error(`${topic} ${partition}:${message.offset} is no alert; left out`);
    } else if (!seen.has(alert.alert_id)) {
      handle(alert);
      seen.add(alert.alert_id);
    }
  },
});
