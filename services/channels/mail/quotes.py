"""The words that are new in an answer: the history that mail programs put below them is folded away.

Only what lies below the last new words goes: quotes with answers between them stay, for the answers mean nothing
without them. Signatures stay, too: order numbers live there. A forwarded mail stays whole, for it is what the person
wants to show. Where nothing would be left, everything stays.
"""

from __future__ import annotations

import re

LOOKED_AT = 300
"""Characters of a line that are looked at."""

_WROTE = (
    "wrote", "writes", "a écrit", "schrieb", "escribió", "ha scritto", "escreveu", "schreef", "skrev", "napisał",
    "napisał(a)", "kirjoitti", "написал", "написала", "пишет", "napsal", "írta", "a scris", "yazdı", "さんは書きました",
    "写道", "のメール", "작성", "كتب",
)  # fmt: skip
_ATTRIBUTION = re.compile(rf"(?:{'|'.join(map(re.escape, _WROTE))})(?:\s.{{0,80}})?\s?[:：]?\s*$", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"^\s*-{2,}\s*(?:original message|message d['’]origine|message original|ursprüngliche nachricht|mensaje original|"
    r"messaggio originale|mensagem original|oorspronkelijk bericht|original appointment)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^[\s*]*(?:from|de|von|da|van|från|fra|od|от|差出人|发件人|보낸 사람|من)\s?[\s*]*[:：]", re.IGNORECASE
)
_SENT = re.compile(
    r"^[\s*]*(?:sent|date|envoyé|envoyée|gesendet|datum|enviado(?: el| em)?|fecha|data|inviato|verzonden|skickat|sendt|"
    r"wysłano|отправлено|дата|送信日時|发送时间|보낸 날짜)\s?[\s*]*[:：]",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\s*(?:<|\d|(?:on|at|le|am|el|il|em|op|den|dne|w dniu|dnia|pe|în|в|ven|lun|mar|mer|jeu|sam|dim)\b)", re.IGNORECASE
)
"""How a line begins that introduces a quote, and goes on in the next."""

_RULE = re.compile(r"^\s*[_\-=]{5,}\s*$")
_QUOTED = re.compile(r"^\s{0,3}[>＞|]")
_FORWARD = re.compile(r"^\s*(?:fwd?|tr|wg|i|rv|enc|doorst|vs|vb)\s?:", re.IGNORECASE)
_FORWARDED = re.compile(
    r"^\s*(?:-{2,}\s*(?:forwarded message|message transféré|weitergeleitete nachricht|mensaje reenviado|"
    r"messaggio inoltrato)|begin forwarded message|début du message (?:réexpédié|transféré))",
    re.IGNORECASE,
)

CITES = (
    'class="gmail_quote', "class='gmail_quote", 'id="divrplyfwdmsg', 'id="appendonsend', 'class="moz-cite-prefix',
    'class="yahoo_quoted', 'id="stopspelling', 'class="protonmail_quote', '<blockquote type="cite',
    'class="zmail_extra', 'id="isforwardcontent', 'class="outlook_quote', 'name="quote"',
)  # fmt: skip
"""How mail programs mark history in HTML."""


def folded(words: str, subject: str | None = None, *, unmarked: bool = False) -> str:
    """`unmarked`: the text was made of HTML, so its quotes bear no marks of their own."""
    if _FORWARD.match(subject or ""):
        return words.strip()
    lines = words.splitlines()
    end = min(_header_block(lines), _attribution(lines) if unmarked else len(lines))
    end = _above_quotes(lines[:end])
    return "\n".join(lines[:end]).strip() or words.strip()


def folded_html(markup: str, subject: str | None = None) -> str:
    """Without the history that the mail program marked as such. Where nobody could read anything else, all of it."""
    if _FORWARD.match(subject or ""):
        return markup
    low = markup.lower()
    found = [at for at in (low.find(mark) for mark in CITES) if at >= 0]
    if not found:
        return markup
    at = min(found)
    start = low.rfind("<", 0, at + 1)
    return markup[: start if start >= 0 else at]


def _header_block(lines: list[str]) -> int:
    """Where a copy of the answered mail begins: its separator, or its From and Sent."""
    for number, line in enumerate(lines):
        if _FORWARDED.match(line[:LOOKED_AT]):
            break
        if _SEPARATOR.match(line[:LOOKED_AT]):
            return number
        near = lines[number + 1 : number + 4]
        if _FROM.match(line[:LOOKED_AT]) and any(_SENT.match(one[:LOOKED_AT]) for one in near):
            return number - 1 if number and _RULE.match(lines[number - 1][:LOOKED_AT]) else number
    return len(lines)


def _attribution(lines: list[str]) -> int:
    """Where "somebody wrote:" stands alone, with a date or an address in it."""
    for number, line in enumerate(lines):
        said = _said(lines, number)
        if said and line.strip():
            return number
    return len(lines)


def _said(lines: list[str], number: int) -> int:
    """How many lines "On Monday, somebody <a@b.c> wrote:" takes from here on; 0 for none."""
    for length in (1, 2, 3):
        joined = " ".join(line.strip()[:LOOKED_AT] for line in lines[number : number + length])
        telling = any(one.isdigit() for one in joined) or "@" in joined
        if telling and len(joined) < LOOKED_AT and joined.endswith((":", "：")) and _ATTRIBUTION.search(joined):
            return length
    return 0


def _above_quotes(lines: list[str]) -> int:
    """Above the quotes at the end, and above the line that introduces them."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _QUOTED.match(lines[end - 1])):
        end -= 1
    if not any(_QUOTED.match(line) for line in lines[end:]):
        return end
    for length in (3, 2, 1):
        start = end - length
        if start >= 0 and _said(lines, start) == length and (length == 1 or _OPENING.match(lines[start])):
            return start
    return end - 1 if end and _introduces(lines[end - 1]) else end


def _introduces(line: str) -> bool:
    """In a language that we have no words for: it ends in a colon, and names a day or an address."""
    short = line.strip()
    return len(short) < LOOKED_AT and short.endswith((":", "：")) and (any(c.isdigit() for c in short) or "@" in short)
