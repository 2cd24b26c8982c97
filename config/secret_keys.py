"""The keys that encrypt what is stored, kept in a file of the data directory where no setting gives them."""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from pathlib import Path

KEYS_FILE = "secret_keys"


def is_fernet_key(key: str) -> bool:
    """True for 32 bytes in URL-safe base64 (https://github.com/fernet/spec/blob/master/Spec.md)."""
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def read_secret_keys(data_dir: Path) -> tuple[str, ...]:
    """The keys of the file, newest first; none if there is no file. Raises OSError, UnicodeDecodeError."""
    try:
        text = (data_dir / KEYS_FILE).read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(text.replace(",", " ").split())


def create_secret_keys(data_dir: Path) -> bool:
    """Write a new key, readable by its owner only; False if the file is there already. Raises OSError.

    The file appears whole or not at all, and never replaces another: a lost key is lost data.
    """
    descriptor, draft = tempfile.mkstemp(dir=data_dir, prefix=".secret_keys-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(os.urandom(32)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, data_dir / KEYS_FILE)
    except FileExistsError:
        return False
    finally:
        Path(draft).unlink()
    return True
