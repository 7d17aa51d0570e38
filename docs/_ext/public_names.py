"""Links to names of the package, wherever it defines them: documented are the packages' exports."""

from importlib import import_module

from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.nodes import make_refnode


def _object(path: str):
    """What a dotted path means, or None."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        return None


def _documented(app: Sphinx, target: str) -> str | None:
    objects = app.env.get_domain("py").objects
    last = target.rpartition(".")[2]
    same_name = [name for name in objects if name.rpartition(".")[2] == last]
    if "." in target:
        meant = _object(target)
        same_name = [name for name in same_name if meant is not None and _object(name) is meant]
    # The shortest path to one object; of several objects with one name none.
    if len({id(_object(name)) for name in same_name}) != 1:
        return None
    return min(same_name, key=len)


def resolve(app: Sphinx, env, node: pending_xref, content):
    if node.get("refdomain") != "py":
        return None
    name = _documented(app, node["reftarget"])
    if name is None:
        # Types within the package have no page; what does not exist is left to be warned about.
        exists = _object(node["reftarget"]) is not None
        return content if exists else None
    entry = env.get_domain("py").objects[name]
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, content, name)


def setup(app: Sphinx) -> dict:
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
