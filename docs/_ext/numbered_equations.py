r"""Paragraphs that begin with a number, as in "(T6) ...", and links to them from everywhere.

Such numbers stand in plain text, so that the documents read well without a build. A number means
the paragraph of the same page, or else that of the page which the text names ("docs/physics.md,
O28"), or else that of physics.md.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx

_BEGINS = re.compile(r"\(([A-Z]\d{1,2})\)")
_CITED = re.compile(r"(?:docs/)?(\w+)\.md(?: \(|, (?:eqs? )?)([A-Z]\d{1,2})\b|\(([A-Z]\d{1,2})\)")
_MAIN = "physics"
_WITHOUT_LINKS = (
    nodes.literal_block,
    nodes.literal,
    nodes.reference,
    nodes.title,
    nodes.math_block,
)


def _anchor(number: str) -> str:
    return f"eq-{number.lower()}"


def find(app: Sphinx, doctree: nodes.document) -> None:
    """Note the numbered paragraphs of a page and give them anchors."""
    numbers = {}
    for paragraph in doctree.findall(nodes.paragraph):
        # In tables and lists a number is cited, not defined.
        at_top = isinstance(paragraph.parent, nodes.section | nodes.document)
        if at_top and (match := _BEGINS.match(paragraph.astext())):
            number = match[1]
            if number not in numbers and _anchor(number) not in doctree.ids:
                paragraph["ids"].append(_anchor(number))
                paragraph["classes"].append("numbered")
                numbers[number] = _anchor(number)
    _known(app.env)[app.env.docname] = numbers


def _known(env) -> dict[str, dict[str, str]]:
    if not hasattr(env, "numbered_equations"):
        env.numbered_equations = {}
    return env.numbered_equations


def forget(app: Sphinx, env, docname: str) -> None:
    _known(env).pop(docname, None)


def merge(app: Sphinx, env, docnames, other) -> None:
    _known(env).update({name: _known(other)[name] for name in docnames if name in _known(other)})


def link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Turn the numbers that a page cites into links."""
    known = _known(app.env)
    for text in list(doctree.findall(nodes.Text)):
        if any(isinstance(parent, _WITHOUT_LINKS) for parent in _parents(text)):
            continue
        pieces, done = [], 0
        for match in _CITED.finditer(text):
            page, number = match[1] or docname, match[2] or match[3]
            if number not in known.get(page, {}):
                page = _MAIN
            if number not in known.get(page, {}) or _is_its_own(text, match):
                continue
            uri = app.builder.get_relative_uri(docname, page) + "#" + known[page][number]
            pieces.append(nodes.Text(text[done : match.start()]))
            pieces.append(nodes.reference("", match[0], internal=True, refuri=uri))
            done = match.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(text[done:])])


def _is_its_own(text: nodes.Text, match: re.Match) -> bool:
    return (
        match.start() == 0
        and text.parent.index(text) == 0
        and "numbered" in text.parent.get("classes", [])
    )


def _parents(node: nodes.Node):
    while (node := node.parent) is not None:
        yield node


def setup(app: Sphinx) -> dict:
    app.connect("doctree-read", find)
    app.connect("doctree-resolved", link)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    return {
        "version": "1",
        "env_version": 2,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
