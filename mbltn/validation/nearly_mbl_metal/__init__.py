"""Paper A, the nearly localized metal: exact numbers beside theory, as tables."""
