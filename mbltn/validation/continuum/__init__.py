"""Paper B, the disordered continuum: exact numbers beside theory, as tables."""
