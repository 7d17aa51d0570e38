"""Paper C, growth of a bubble: studies, and exact numbers beside theory as tables."""
