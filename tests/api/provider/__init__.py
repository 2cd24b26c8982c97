"""The routes behind an API key, over the real use cases, a real database and the sandbox."""
