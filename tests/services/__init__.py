"""The use cases, over real storage."""
