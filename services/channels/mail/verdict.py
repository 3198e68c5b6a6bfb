"""Whether a mail's sender is proven: what the receiving server, or the mail service, found by SPF, DKIM and DMARC.

Anybody can write `Authentication-Results` into a mail. A header counts only where it names the server that the channel
is set up to believe (its authserv-id, RFC 8601): that server takes out forged ones of its own name. Of several, the
first is its own, for headers are put on top. Services' own fields come beside the mail, or under names that they write.

DMARC decides. Without it, a signature (DKIM) or a sending server (SPF) must be of the domain that From names: that some
other domain vouches for a mail proves nothing of who says to have written it.

The library for this header (`authres`) has had no release since 2019 and takes whole headers only, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from services.channels.mail.headers import Headers

RESULTS_MOST = 50
PASSED = "pass"
_COMMENT = re.compile(r"\([^()]{0,2000}\)")
_METHOD = re.compile(r"\A(dmarc|dkim|spf)(?:/\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_OF = re.compile(r"\b(?:header\.(?:d|i|from)|smtp\.mailfrom|smtp\.mail)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_SENDGRID = re.compile(r"@?([\w.-]{1,253})\s*:\s*([a-z]+)", re.IGNORECASE)


class Finding(NamedTuple):
    """What one method found, of which domain; None where it does not say."""

    method: str
    result: str
    domain: str | None


def of(headers: Headers, settings: Mapping[str, Any], told: tuple[Finding, ...] = ()) -> bool | None:
    """Whether the sender is proven; None where nobody whom we believe said anything. `told`: by the mail service."""
    writer = next(iter(headers.addresses("from")), None)
    findings = told or tuple(_believed(headers, settings))
    if writer is None or not findings:
        return None
    return _proven(findings, writer.address.rpartition("@")[2].lower())


def _proven(findings: tuple[Finding, ...], domain: str) -> bool:
    decided = [one.result == PASSED for one in findings if one.method == "dmarc" and one.result != "none"]
    if decided:
        return all(decided)
    return any(one.result == PASSED and one.domain is not None and _aligned(one.domain, domain) for one in findings)


def _aligned(vouching: str, domain: str) -> bool:
    """As DMARC's relaxed alignment, without its list of public suffixes: one lies in the other, and both have a dot."""
    if "." not in vouching:
        return False
    return vouching == domain or domain.endswith(f".{vouching}") or vouching.endswith(f".{domain}")


def _believed(headers: Headers, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """The results of the first header by a server that we believe."""
    believed = {one.lower() for one in str(settings.get("authserv_id") or "").replace(",", " ").split()}
    for value in headers.all("authentication-results") if believed else ():
        named, _, results = _uncommented(value).partition(";")
        if (named.split() or [""])[0].lower() in believed:
            yield from _results(results)
            return


def _uncommented(value: str) -> str:
    """Comments may lie in one another."""
    for _ in range(5):
        value, found = _COMMENT.subn(" ", value)
        if not found:
            break
    return value


def _results(text: str) -> Iterator[Finding]:
    for one in text.split(";")[:RESULTS_MOST]:
        if (found := _METHOD.match(one.strip())) is not None:
            of_whom = _OF.search(one)
            yield Finding(found[1].lower(), found[2].lower(), _domain(of_whom[1]) if of_whom else None)


def _domain(name: str) -> str:
    return name.strip("<>").rpartition("@")[2].lower().rstrip(".")


# --- mail services ----------------------------------------------------------------------------------------------------


def sendgrid(spf: str | None, dkim: str | None, envelope_from: str | None) -> tuple[Finding, ...]:
    """`SPF`: one word, of the envelope's sender; `dkim`: "{@example.com : pass}", one for each signature."""
    signed = tuple(Finding("dkim", found[2].lower(), _domain(found[1])) for found in _SENDGRID.finditer(dkim or ""))
    sent = (Finding("spf", spf.strip().lower(), _domain(envelope_from or "") or None),) if spf and spf.strip() else ()
    return (*signed, *sent)


def mailgun(headers: Headers, envelope_from: str | None) -> tuple[Finding, ...]:
    """Mailgun names no domain with DKIM's result: the signature's own is not told, so SPF alone can prove a sender, and
    DKIM that nobody else is one."""
    checked, sent = headers.all("x-mailgun-dkim-check-result"), headers.all("x-mailgun-spf")
    if len(checked) > 1 or len(sent) > 1:  # one of them came with the mail
        return (Finding("spf", "fail", None),)
    signed = tuple(Finding("dkim", one.strip().lower(), None) for one in checked)
    return (*signed, *(Finding("spf", one.strip().lower(), _domain(envelope_from or "") or None) for one in sent))


def postmark(headers: Headers) -> tuple[Finding, ...]:
    """By the tests of its spam filter: `DKIM_VALID_AU` is a valid signature of the author's own domain."""
    tests = {one.strip() for value in headers.all("x-spam-tests") for one in value.split(",")}
    if not tests or headers.count("x-spam-tests") > 1:
        return ()
    writer = next(iter(headers.addresses("from")), None)
    domain = writer.address.rpartition("@")[2].lower() if writer else None
    signed = Finding("dkim", PASSED if "DKIM_VALID_AU" in tests else "fail", domain)
    envelope = next(iter(headers.addresses("return-path")), None)
    of_envelope = _domain(envelope.address) if envelope else None
    return (signed, Finding("spf", PASSED if "SPF_PASS" in tests else "fail", of_envelope))
