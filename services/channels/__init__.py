"""One file a network: how its webhooks are verified and read, and how replies get there."""
