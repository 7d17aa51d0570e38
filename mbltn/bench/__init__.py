"""Methods side by side: time, memory and agreement, each method in processes of its own."""

from .campaign import Run, Voice, append_json, read_json, run_side_by_side
from .methods import DEFAULT_METHODS, METHODS, check_methods
from .problem import Problem
from .processes import Layout, Limits, run_apart
from .rows import Row, all_agree, compared
from .text import table_text
from .yardsticks import YARDSTICKS, verdicts, yardstick_names

__all__ = [
    "DEFAULT_METHODS",
    "METHODS",
    "YARDSTICKS",
    "Layout",
    "Limits",
    "Problem",
    "Row",
    "Run",
    "Voice",
    "all_agree",
    "append_json",
    "check_methods",
    "compared",
    "read_json",
    "run_apart",
    "run_side_by_side",
    "table_text",
    "verdicts",
    "yardstick_names",
]
