"""What callers and operators live through, over the whole service as it runs in production."""
