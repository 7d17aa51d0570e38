"""Docstrings write absolute values and kets with bars, |<a|V|b>|, which are markup to Sphinx.

The bars are escaped where the site is built, so that docstrings stay as readable as they are.
"""

import re

from sphinx.application import Sphinx

_LITERAL = re.compile(r"(``.+?``|`[^`]+`)")
# numpydoc goes first, with Sphinx' own priority of 500.
_AFTER_NUMPYDOC = 900


def escape(app: Sphinx, what, name, obj, options, lines: list[str]) -> None:
    """Escape bars outside of literals, examples and literal blocks."""
    literal_from = None
    for i, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if literal_from is not None and line.strip() and indent <= literal_from:
            literal_from = None
        if literal_from is None and not line.lstrip().startswith((">>>", "...")):
            pieces = _LITERAL.split(line)
            pieces[::2] = [piece.replace("|", r"\|") for piece in pieces[::2]]
            lines[i] = "".join(pieces)
            if line.rstrip().endswith("::"):
                literal_from = indent


def setup(app: Sphinx) -> dict:
    app.connect("autodoc-process-docstring", escape, priority=_AFTER_NUMPYDOC)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
