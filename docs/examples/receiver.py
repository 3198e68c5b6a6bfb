"""Receives Vigie's webhooks: python receiver.py (pip install aiohttp standardwebhooks). SECRET=whsec_… PORT=9000"""

import json
import os

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["SECRET"])
seen = set()  # in real life: a table with a unique key, written in the transaction of your effect


async def receive(request):
    body = await request.text()
    try:
        webhook.verify(body, request.headers)  # the raw body, as it came, at most five minutes old
    except WebhookVerificationError:
        return web.Response(status=401)
    ident = request.headers["webhook-id"]
    if ident not in seen:  # the same event may come again: it is done once
        event = json.loads(body)
        print(event["position"], event["type"], event["item_id"], flush=True)
        seen.add(ident)
    return web.Response(status=204)


app = web.Application(client_max_size=2 * 1024 * 1024)
app.router.add_post("/", receive)
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None)
