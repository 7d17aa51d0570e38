"""The documentation site. `make docs` builds it; nothing in it needs a network."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from mbltn import __version__

project = "mbltn"
author = "The mbltn developers"
copyright = "The mbltn developers, BSD-3-Clause"
release = version = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
    "catalogue",
    "commands",
    "gallery",
    "numbered_equations",
    "plain_docstrings",
    "public_names",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "validation/*.csv"]
# The documents are plain ASCII, and two dashes before an option must stay two.
smartquotes = False

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
# Equations are numbered as in the documents, (T6), by \tag.
myst_update_mathjax = False
mathjax_path = "mathjax/tex-chtml.js"

# Notebooks run when they have changed since the last build, and an error in one fails the build.
nb_execution_mode = "cache"
nb_execution_cache_path = str(Path(__file__).parent / "_build" / "notebooks")
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True

autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
# Unions of numpy's are told by the docstrings.
autodoc_type_aliases = {name: name for name in ("ArrayLike", "FloatOrArray", "Floats", "NDArray")}
numpydoc_show_class_members = False
# Single backticks in docstrings are names where there is such a name, and otherwise code.
default_role = "py:obj"
nitpicky = True
nitpick_ignore_regex = [
    # Prose in single backticks, and types of other packages, whose documents are not at hand here.
    (r"py:obj", r".*"),
    (r"py:.*", r"(?!mbltn\.).*"),
]

highlight_language = "none"

html_theme = "furo"
html_title = "mbltn"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_favicon = "_static/favicon.svg"
html_theme_options = {"navigation_with_keys": True}
