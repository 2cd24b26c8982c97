"""What others promise, held against what we believe they promise."""
