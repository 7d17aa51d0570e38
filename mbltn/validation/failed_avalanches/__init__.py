"""Paper D, failed avalanches: a study beside its theory, and tables of figures and cases."""
