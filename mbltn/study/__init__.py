"""Studies: a TOML file, its tasks, their records, and the table."""

from .plan import Task, plan
from .record import Record, compute
from .run import Failure, Outcome, run_study
from .schema import Study, load_study, parse_study
from .statistics import cautions, per_realization, stored_table, table
from .store import Store

__all__ = [
    "Failure",
    "Outcome",
    "Record",
    "Store",
    "Study",
    "Task",
    "cautions",
    "compute",
    "load_study",
    "parse_study",
    "per_realization",
    "plan",
    "run_study",
    "stored_table",
    "table",
]
