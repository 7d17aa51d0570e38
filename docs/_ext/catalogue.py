"""Writes docs/validation/catalogue.md: every claim of the papers, and the case that tests it."""

from itertools import groupby
from pathlib import Path

from sphinx.application import Sphinx

from mbltn.validation.cases import CASES, CLAIMS, Case, Claim
from mbltn.validation.papers import HEADINGS

PAGE = Path(__file__).resolve().parent.parent / "validation" / "catalogue.md"

HEAD = """# Catalogue: claims and cases

Every figure and quantitative claim of the papers, with the cases of `mbltn validate` that hold
exact numbers against it, or why there is none. `mbltn validate NAME` runs a case, and
`mbltn validate C` all of a paper ([how to](../howto/validate.md)). A case says what the paper
says, what the numbers say, and where its bands come from: never from what came out.
"""


def write(app: Sphinx) -> None:
    parts = [HEAD]
    for letter, claims in groupby(CLAIMS, key=lambda claim: claim.paper):
        parts.append(f"## {HEADINGS[letter]}\n")
        parts.append("| | the paper says | tested by |\n|---|---|---|")
        parts += [_claim(claim) for claim in claims]
        parts.append("")
        parts += [_case(case) for case in CASES.values() if case.paper == letter]
    text = "\n".join(parts)
    if not PAGE.exists() or PAGE.read_text() != text:
        PAGE.write_text(text)


def _claim(claim: Claim) -> str:
    tested = ", ".join(f"[{name}](#{_anchor(name)})" for name in claim.cases)
    answer = tested or f"none: {_plain(claim.reason)}"
    return f"| {_plain(claim.place)} | {_plain(claim.what)} | {answer} |"


def _case(case: Case) -> str:
    modules = ", ".join(f"`theory.{name.replace('/', '.')}`" for name in case.theory)
    return f"""({_anchor(case.name)})=
### {case.name}

Paper ({_plain(case.place)})
: {_plain(case.claim)}

Found
: {_plain(case.finding)}

Bands
: {_plain(case.band)}. Tests {modules}; sizes: {", ".join(case.sizes)}.
"""


def _anchor(name: str) -> str:
    return f"case-{name.lower()}"


def _plain(text: str) -> str:
    """Formulas in words hold characters that Markdown would read."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|$^{}" else char for char in text)


def setup(app: Sphinx) -> dict:
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
