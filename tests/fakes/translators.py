"""Two translation services, each with its own protocol: LibreTranslate's and DeepL's, refusals included."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.fakes.server import Fake, Seen, says

SAID = {
    "أين طردي؟ لم يصل بعد": {
        "fr": "Où est mon colis ? Il n'est pas arrivé",
        "en": "Where is my parcel? It has not come",
    },
    "شكرا": {"fr": "Merci", "en": "Thank you"},
    "Nous regardons.": {"ar": "نحن ننظر في الأمر."},
    "We are looking into it.": {"ar": "نحن ننظر في الأمر."},
    "Good morning, where is my parcel?": {"fr": "Bonjour, où est mon colis ?"},
    "Bonjour, où est mon colis ?": {"en": "Good morning, where is my parcel?"},
}
KNOWN = ("ar", "en", "fr", "pt-BR")


def said(text: str, target: str) -> str:
    """Of what it was not told of: the text itself in brackets, so that nothing is lost unseen."""
    return SAID.get(text, {}).get(target.lower().split("-")[0], f"[{target}] {text}")


class LibreTranslate(Fake):
    """`key`: the one it asks for; none where it is empty."""

    def __init__(self, key: str = "") -> None:
        super().__init__(self.take)
        self.key = key

    @property
    def asked(self) -> list[Any]:
        return [json.loads(seen.body) for seen in self.seen if seen.path == "/translate"]

    async def take(self, seen: Seen) -> web.StreamResponse:
        if seen.path == "/languages":
            return await says(200, [{"code": code, "name": code, "targets": list(KNOWN)} for code in KNOWN])(seen)
        assert (seen.method, seen.path) == ("POST", "/translate")
        asked = json.loads(seen.body)
        assert asked["format"] == "text"
        if self.key and asked.get("api_key") != self.key:
            return await says(403, {"error": "Invalid API key"})(seen)
        for lang in (asked["source"], asked["target"]):
            if lang not in {*KNOWN, "auto"}:
                return await says(400, {"error": f"{lang} is not supported"})(seen)
        q, target = asked["q"], asked["target"]
        told = [said(text, target) for text in q] if isinstance(q, list) else said(q, target)
        return await says(200, {"translatedText": told})(seen)


class DeepL(Fake):
    def __init__(self, key: str = "279a2e9d:fx") -> None:
        super().__init__(self.take)
        self.key = key

    async def take(self, seen: Seen) -> web.StreamResponse:
        if seen.headers.get("authorization") != f"DeepL-Auth-Key {self.key}":
            return await says(403, {"message": "Forbidden"})(seen)
        if seen.path == "/v2/languages":
            return await says(200, [{"language": code.upper(), "name": code} for code in KNOWN])(seen)
        assert (seen.method, seen.path) == ("POST", "/v2/translate")
        asked = json.loads(seen.body)
        assert asked["target_lang"] not in {"EN", "PT"}  # deprecated: the real one wants to know which
        source = asked.get("source_lang", "AR")
        told = [
            {"detected_source_language": source, "text": said(text, asked["target_lang"])} for text in asked["text"]
        ]
        return await says(200, {"translations": told})(seen)
