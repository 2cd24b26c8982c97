"""A rotation of the secret keys leaves nothing behind that only a former one reads, whatever is done beside it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet

from app.services.rotate_keys import RotateKeys
from app.storage.database import Database
from tests.storage import webhook_rows as rows
from tests.storage.held_up import is_kept_waiting
from tests.storage.rows import NOW, SECOND
from tests.support.waiting import eventually

NEW_KEY = Fernet.generate_key().decode()


@pytest.fixture
def database(database_url: str, secret_key: str) -> Iterator[Database]:
    """With an endpoint from the time before the new key."""
    before = Database(database_url, secret_keys=(secret_key,))
    rows.endpoint(before)
    before.dispose()
    both = Database(database_url, secret_keys=(NEW_KEY, secret_key))
    yield both
    both.dispose()


def test_a_secret_that_is_replaced_during_a_rotation_is_read_without_the_former_key_and_so_is_the_one_before(
    database: Database, database_url: str
) -> None:
    with database.reading_unit() as unit:
        (endpoint,) = unit.endpoints.all()
    with ThreadPoolExecutor() as pool:
        with database.unit() as unit:
            unit.endpoints.replace_secret(endpoint.id, "whsec_new", previous_until=NOW + SECOND)
            rotation = pool.submit(RotateKeys(open_unit=database.unit))
            eventually(lambda: rotation.done() or is_kept_waiting(database))
            unit.commit()
        assert rotation.result(timeout=20) == 1
    after = Database(database_url, secret_keys=(NEW_KEY,))
    with after.reading_unit() as unit:
        assert unit.endpoints.secrets(endpoint.id, now=NOW) == ("whsec_new", rows.SECRET)
    after.dispose()
