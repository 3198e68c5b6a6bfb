"""The web inbox: server-rendered pages, the JSON API, the live stream, sign-in."""
