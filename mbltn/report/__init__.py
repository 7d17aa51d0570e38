"""What a results folder says: plan, status, comparison and figure, as text and as data."""

from .comparison import comparison_of, comparison_rows, comparison_text
from .figure import draw, why_no_figure
from .plan_and_status import plan_text, seconds_of, study_of
from .scaling import scaling_text
from .status import status_report, status_text

__all__ = [
    "comparison_of",
    "comparison_rows",
    "comparison_text",
    "draw",
    "plan_text",
    "scaling_text",
    "seconds_of",
    "status_report",
    "status_text",
    "study_of",
    "why_no_figure",
]
