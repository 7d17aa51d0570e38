"""Studies: a TOML file, its tasks, their records, and the table."""

from .collect import Collected, collect
from .part import Part
from .plan import Task, plan
from .record import Record, compute
from .results import Results, load
from .run import Outcome, run_study
from .schema import Study, load_study, parse_study
from .statistics import cautions, per_realization, stored_table, table
from .stop import Stop
from .store import Store
from .work import Failure

__all__ = [
    "Collected",
    "Failure",
    "Outcome",
    "Part",
    "Record",
    "Results",
    "Stop",
    "Store",
    "Study",
    "Task",
    "cautions",
    "collect",
    "compute",
    "load",
    "load_study",
    "parse_study",
    "per_realization",
    "plan",
    "run_study",
    "stored_table",
    "table",
]
