"""The routes behind an API key: setting up organizations, accounts and agents, and looking at what they do."""
