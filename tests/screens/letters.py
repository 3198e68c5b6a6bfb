"""What strangers write that a layout must bear: other scripts and directions, emoji, words without an end, marks that
turn the direction of a line round; and the many who say the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 4
SAID: dict[str, tuple[str, str]] = {
    "arabic": ("محمد عبد الرحمن العلي", "بطارية الدراجة Cargo 2 تُصدر دخانًا داخل الشقة! ماذا أفعل؟ الطلب BRZ-48213."),
    "hebrew": ("יעל בן־דוד", "הסוללה של Cargo 2 התנפחה (!) ואף אחד לא עונה. מספר ההזמנה: BRZ-77120."),
    "devanagari": ("प्रियंका शर्मा", "मेरी साइकिल की बैटरी बहुत गर्म हो रही है। क्या इसका उपयोग करना सुरक्षित है?"),
    "emoji": ("👩🏽‍🚒 Zoé 🚲✨", "🔥🔥🔥 Ma batterie ‼️ 👩‍👩‍👧‍👦 on a peur 😱 🇫🇷 … vous répondez quand ❓"),
    "long": ("Bartholomäus-Maximilian von und zu Hohenlohe-Waldenburg-Schillingsfürst-Bartenstein", LONG_WORD),
    "address": ("lien", "Regardez https://exemple.example/" + "a-tres-long-chemin-sans-fin/" * 9 + " !"),
    "turned": ("\u202eadrev\u202c \u200fمرحبا", "Votre \u202eetnetsixe\u202c réponse (מענה) n'est pas arrivée. !"),
}  # fmt: skip
"""Who → their name and words."""
SAME = "Bonjour, ma batterie Brizéo Cargo 2 ne charge plus depuis la mise à jour de ce matin, que faire ?"
MANY = (
    "Amélie Roy", "Bastien Le Gall", "Chloé Martin", "Driss Amrani", "Elsa Klein", "Fatou Diop", "Gaël Morin",
    "Hana Suzuki", "Idriss Bakri", "Jeanne Petit", "kevin_du_44", "Lou Bernard",
)  # fmt: skip


def deliveries() -> list[dict[str, Any]]:
    """Bodies of the generic channel."""
    alone = [_message(who, name, text) for who, (name, text) in SAID.items()]
    return alone + [_message(f"same-{n}", name, SAME) for n, name in enumerate(MANY)]


def _message(who: str, name: str, text: str) -> dict[str, Any]:
    return {
        "type": "message.received", "id": f"letters-{who}", "kind": "comment", "thread_id": f"letters-{who}",
        "text": text, "sent_at": datetime.now(UTC).isoformat(),
        "author": {"id": f"letters-{who}", "name": name, "followers": 1200},
    }  # fmt: skip
