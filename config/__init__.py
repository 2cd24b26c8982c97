"""Everything read from outside, and how the processes start."""
