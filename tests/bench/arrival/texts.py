"""What the load says: a hundred thousand different sentences, so that waves form by chance only, as between strangers.

One message in a hundred is critical by its words: a product that catches fire in somebody's hands.
"""

from __future__ import annotations

import random

CALM = (
    (
        ("Ma commande", "Le vélo bleu", "Votre application", "La facture de mars", "Le service après-vente",
         "Mon abonnement", "Le colis de ma sœur", "La boutique de Lyon"),
        ("n'est toujours pas là", "fonctionne très bien", "affiche une erreur bizarre", "a trois jours de retard",
         "ressemble enfin à la photo", "ne répond plus depuis lundi", "a changé de couleur", "coûte plus que prévu"),
        ("que dois-je faire ?", "merci à toute l'équipe.", "je patiente encore un peu.", "c'est la deuxième fois.",
         "pouvez-vous vérifier ?", "bonne journée à vous.", "franchement déçu.", "hâte de recommencer !"),
    ),
    (
        ("My order", "The blue bike", "Your new app", "The March invoice", "The support line", "My subscription",
         "The parcel for my aunt", "The shop in Leeds"),
        ("has not arrived yet", "works really well", "shows a strange error", "is three days late",
         "finally looks like the picture", "has been silent since Monday", "changed its colour", "costs more"),
        ("what should I do?", "thanks to the whole team.", "I can wait a little longer.", "it is the second time.",
         "could you check?", "have a nice day.", "honestly disappointed.", "looking forward to more!"),
    ),
    (
        ("Meine Bestellung", "Das blaue Rad", "Die neue App", "Die Rechnung vom März", "Der Kundendienst", "Mein Abo"),
        ("ist noch nicht da", "läuft wirklich gut", "zeigt einen seltsamen Fehler", "kommt drei Tage zu spät",
         "sieht endlich aus wie im Bild", "schweigt seit Montag"),
        ("was soll ich tun?", "danke an das ganze Team.", "ich warte noch etwas.", "schon das zweite Mal.",
         "können Sie nachsehen?", "schönen Tag noch."),
    ),
)  # fmt: skip
CRITICAL = (
    "La batterie {what} a pris feu dans le salon, mon fils est brûlé",
    "The battery {what} caught fire in our kitchen, my daughter got burned",
    "Der Akku {what} hat Feuer gefangen, meine Tochter ist verletzt",
)
WHATS = ("rouge", "new", "neu", "XL", "pro", "city", "mini", "cargo", "junior", "sport", "air", "max")
_THINGS = (
    "jardin train museum piano Brücke soup hiver mirror cousin ticket Regen fromage ladder tambour window Katze bureau"
    " candle plage engine Schule guitar marché pocket neige teacher Wolke bottle cuisine forest montre dentist Garten"
    " chapeau violin pharmacie sailor Löffel camion pillow école orchard Fenster lampe doctor gâteau harbour Stiefel"
    " tortue blanket avocat kitchen Vogel parking statue garage Kuchen moulin island cahier shadow Zeitung théâtre"
    " rocket bougie tractor Nebel cerise hammer clocher balloon Schnee pirate wagon Insel marathon feather volcan"
)
THINGS = tuple(_THINGS.split())
CRITICAL_EVERY = 100


def is_critical(number: int) -> bool:
    return number % CRITICAL_EVERY == CRITICAL_EVERY // 2


def text(number: int) -> str:
    """Ends with the mark that the observer looks for."""
    chance = random.Random(number)
    told = " ".join(chance.sample(THINGS, 8))
    if is_critical(number):
        return f"{chance.choice(CRITICAL).format(what=chance.choice(WHATS))}. {told} bench-{number}"
    said = chance.choice(CALM)
    return f"{chance.choice(said[0])} {chance.choice(said[1])}: {told}, {chance.choice(said[2])} bench-{number}"
