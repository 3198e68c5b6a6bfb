"""What people read of translations: who made one, why there is none, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from inbox.translation import Kind, Reason
from inbox.web.i18n import N_, Speech

KINDS: Mapping[Kind, str] = {"libretranslate": "LibreTranslate", "deepl": "DeepL"}
REASONS: Mapping[Reason, str] = {
    "address_not_allowed": N_("The address of the translation service may not be called. A lead must correct it."),
    "unreachable": N_("The translation service cannot be reached. Try again in a little while."),
    "no_answer": N_("The translation service did not answer in time. Try again, or translate less at once."),
    "connection_lost": N_("The connection to the translation service broke. Try again in a little while."),
    "redirected": N_("The translation service points elsewhere. A lead must correct its address."),
    "key_refused": N_("The translation service refuses our key. A lead must give it another one."),
    "busy": N_("The translation service is too busy, or was asked too often. Try again in a minute."),
    "quota": N_("What the translation service was paid for is used up. A lead can raise it there."),
    "pair": N_("The translation service does not know one of these two languages."),
    "too_long": N_("This is longer than the translation service takes."),
    "refused": N_("The translation service refused. A lead can try it in the settings."),
    "failed": N_("The translation service had a fault. Try again in a little while."),
    "nonsense": N_("The translation service’s answer cannot be read. A lead must look at its address and kind."),
}
REFUSALS: Mapping[str, str] = {
    "nothing_to_translate": N_("There are no words here to translate."),
    "too_long_to_translate": N_("This is too long to be translated: at most 10,000 characters."),
    "too_many_to_translate": N_("That is more than is translated at once: translate message by message."),
    "no_translator": N_("This brand has no translation service that is switched on."),
    "untranslated": N_("The translation service gave no translation."),
    "translation_unseen": N_("Look at the translation first, and say that you did: nothing is sent unseen."),
    "key_bad": N_("A key is at most 500 signs, without blanks."),
    "key_needed": N_("DeepL asks for a key. A key is never taken along to another address: give it again."),
}


def by_service(kind: Kind, say: Speech) -> str:
    return say("Translated by this brand’s service (%(name)s)", name=KINDS[kind])
