// Emmett's PostgreSQL event store, below its command handlers: `workers` append `size` events at a time, each to a
// stream of its own. First line: `modules` (where npm put it), `dsn`, `workers`, `size`, `data`.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => (({ value, done }) => (done ? null : JSON.parse(value)))(await lines.next());
const say = (words) => process.stdout.write(`${JSON.stringify(words)}\n`);

const given = await next();
const require = createRequire(pathToFileURL(`${given.modules}/`));
const { getPostgreSQLEventStore } = require("@event-driven-io/emmett-postgresql");
const { Pool } = require("pg");

const pool = new Pool({ connectionString: given.dsn, max: given.workers });
const store = getPostgreSQLEventStore(given.dsn, { connectionOptions: { pool } });
await store.schema.migrate();
const streams = Array.from({ length: given.workers }, (_, n) => `message-${process.pid}-${n}`);
const data = JSON.parse(given.data);
const events = () => Array.from({ length: given.size }, () => ({ type: "MessageReceived", data }));
const now = () => performance.now() / 1000;

async function aRound(seconds) {
  const times = [];
  const begun = now();
  await Promise.all(streams.map(async (stream) => {
    for (let at = now(); at < begun + seconds; at = now()) {
      await store.appendToStream(stream, events());
      times.push(now() - at);
    }
  }));
  return { done: times.length * given.size, took: now() - begun, times };
}

say({});
for (let words = await next(); words; words = await next()) say(await aRound(words.seconds));
await store.close();
await pool.end();
