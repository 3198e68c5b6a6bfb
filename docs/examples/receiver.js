// Receives Vigie's webhooks: node receiver.js. SECRET=whsec_… PORT=9000
const http = require("node:http");
const crypto = require("node:crypto");

const key = Buffer.from(process.env.SECRET.replace(/^whsec_/, ""), "base64");
const seen = new Set(); // in real life: a table with a unique key, written in the transaction of your effect

function proven(headers, body) {
  const { "webhook-id": id = "", "webhook-timestamp": at = "", "webhook-signature": signatures = "" } = headers;
  if (!/^\d{1,12}$/.test(at) || Math.abs(Date.now() / 1000 - Number(at)) > 300) return false;
  const mac = crypto.createHmac("sha256", key).update(`${id}.${at}.`).update(body).digest();
  return signatures.split(" ").some((one) => {
    const given = one.startsWith("v1,") ? Buffer.from(one.slice(3), "base64") : Buffer.alloc(0);
    return given.length === mac.length && crypto.timingSafeEqual(given, mac);
  });
}

http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks); // the raw body, as it came
  if (!proven(request.headers, body)) return response.writeHead(401).end();
  if (!seen.has(request.headers["webhook-id"])) { // the same event may come again: it is done once
    const event = JSON.parse(body);
    console.log(event.position, event.type, event.item_id);
    seen.add(request.headers["webhook-id"]);
  }
  response.writeHead(204).end();
}).listen(Number(process.env.PORT), "127.0.0.1");
