"""Job scripts for Slurm and PBS, with the planner's numbers."""
