"""Names the fixtures every test may use; they live in tests.support."""

pytest_plugins = ["tests.support.postgres", "tests.support.valkey"]
