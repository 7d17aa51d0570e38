"""Paper E, chain and bath: studies, and exact numbers beside theory as tables."""
