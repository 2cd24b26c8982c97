"""The only reader of the environment: one frozen Settings, every fault reported at once."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path

from config.dotenv import read_dotenv
from config.reader import Reader
from config.secret_keys import KEYS_FILE, is_fernet_key, read_secret_keys
from config.spelling import find_unknown

LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103  # bytes: sun_path of unix(7) without its closing zero
POSTGRESQL = "postgresql+psycopg"
DATABASE_SCHEMES = ("sqlite", "postgresql", "postgres", POSTGRESQL)  # the third is what some hosts hand out
REDIS_PLACES = {
    "redis": re.compile(r"[^/?#]*(/[0-9]*)?"),
    "rediss": re.compile(r"[^/?#]*(/[0-9]*)?(\?ssl_\w+=[^&#]*(&ssl_\w+=[^&#]*)*)?"),
    "unix": re.compile(r"[^?#]*(\?db=[0-9]+)?"),
}
"""What follows each scheme, as far as redis-py and kombu read it alike."""

UNSAFE_IN_URLS = frozenset("?#%")  # SQLAlchemy, redis-py and kombu each read a path with one of these differently
MOST = 100_000_000  # so high that a limit is none
LOOPBACK = "127.0.0.0/8,::1/128"
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a bind address is no place to call


class SettingsError(Exception):
    """The environment cannot be used; `faults` holds one line for each thing that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything read from outside; each field is the environment name of config/env.example in lower case.

    `webhook_networks` are open to events though they are not public: loopback while the sandbox stands in for Cal.com.
    `database_url` is for SQLAlchemy, `redis_url` for redis-py (redis, rediss or unix scheme). Of `secret_keys` (Fernet)
    the first encrypts and all decrypt. 0 is no limit, and for ever. `embedded_*` is true where `ringbook up` brings the
    part itself.
    """

    host: str
    port: int
    sandbox_port: int
    data_dir: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    calcom_base_url: str
    public_url: str
    secret_keys: tuple[str, ...] = field(repr=False)
    web_threads: int
    worker_threads: int
    sweep_seconds: int
    webhook_threads: int
    webhook_networks: tuple[str, ...]
    log_level: str
    trusted_proxies: str
    limit_per_address: int
    limit_per_organization: int
    limit_per_contact: int
    limit_failures: int
    retention_days: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    embedded_database: bool
    embedded_redis: bool
    embedded_calcom: bool

    @property
    def local_url(self) -> str:
        """Where this machine itself reaches the web server."""
        return _local_address(self.host, self.port)

    def ready_file(self, worker: str) -> Path:
        """Touched by the worker of that name once it takes messages; `ringbook up` removes it before it starts one."""
        return self.data_dir / f"{worker}.ready"


NAMES = tuple(known.name.upper() for known in fields(Settings) if not known.name.startswith("embedded_"))
"""The environment names that are settings."""


def load_settings(environ: Mapping[str, str] | None = None, *, dotenv: Path = Path(".env")) -> Settings:
    """Read `environ` (by default that of the process) over the file `dotenv`, if there is one.

    An empty value counts as not set. Raises SettingsError with every fault found.
    """
    environ = os.environ if environ is None else environ  # noqa: TID251 - this is the one place
    from_file, faults = read_dotenv(dotenv)
    faults += find_unknown(environ, from_file, NAMES)
    reader = Reader({**from_file, **{name: environ[name] for name in NAMES if environ.get(name)}}, faults)
    settings = _read(reader)
    if faults:
        raise SettingsError(faults)
    return settings


def _read(reader: Reader) -> Settings:
    data_dir = _data_dir(reader)
    if UNSAFE_IN_URLS & set(str(data_dir)):
        reader.faults.append(f"DATA_DIR must not contain ? # %; it is {data_dir}")
    host = reader.host("HOST", "127.0.0.1")
    port = reader.number("PORT", 8000, low=1, high=65535)
    sandbox_port = reader.number("SANDBOX_PORT", 8001, low=1, high=65535)
    embedded_calcom = not reader.has("CALCOM_BASE_URL")
    if embedded_calcom and port == sandbox_port:
        reader.faults.append(f"PORT and SANDBOX_PORT are both {port}: give each its own")
    return Settings(
        host=host,
        port=port,
        sandbox_port=sandbox_port,
        data_dir=data_dir,
        database_url=_database_url(reader, data_dir),
        redis_url=_redis_url(reader, data_dir),
        calcom_base_url=reader.web_address("CALCOM_BASE_URL", f"http://127.0.0.1:{sandbox_port}/v2"),
        public_url=reader.origin("PUBLIC_URL", _local_address(host, port)),
        secret_keys=_secret_keys(reader, data_dir),
        web_threads=reader.number("WEB_THREADS", 160, low=1, high=2000),
        worker_threads=reader.number("WORKER_THREADS", 16, low=1, high=500),
        sweep_seconds=reader.number("SWEEP_SECONDS", 180, low=1, high=3600),
        webhook_threads=reader.number("WEBHOOK_THREADS", 32, low=2, high=500),
        webhook_networks=reader.networks("WEBHOOK_NETWORKS", LOOPBACK if embedded_calcom else ""),
        log_level=reader.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        trusted_proxies=reader.proxies("TRUSTED_PROXIES"),
        limit_per_address=reader.number("LIMIT_PER_ADDRESS", 18_000, low=0, high=MOST),
        limit_per_organization=reader.number("LIMIT_PER_ORGANIZATION", 18_000, low=0, high=MOST),
        limit_per_contact=reader.number("LIMIT_PER_CONTACT", 60, low=0, high=MOST),
        limit_failures=reader.number("LIMIT_FAILURES", 600, low=0, high=MOST),
        retention_days=reader.number("RETENTION_DAYS", 365, low=0, high=36_500),
        **_oidc(reader),
        embedded_database=not reader.has("DATABASE_URL"),
        embedded_redis=not reader.has("REDIS_URL"),
        embedded_calcom=embedded_calcom,
    )


def _data_dir(reader: Reader) -> Path:
    named = Path(reader.text("DATA_DIR", "var"))
    try:
        return named.expanduser().absolute()
    except RuntimeError:
        reader.faults.append(f"DATA_DIR begins with somebody whose home is not known; it is {named}")
        return named.absolute()


def _oidc(reader: Reader) -> dict[str, str]:
    """The identity provider of the desk's operators: all of it, or nothing."""
    names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    missing = [name for name in names if not reader.has(name)]
    if 0 < len(missing) < len(names):
        reader.faults.append(f"{missing[0]} is missing: signing in at a provider needs {', '.join(names)}")
    if not missing and find_spec("authlib") is None:
        reader.faults.append("OIDC_ISSUER needs two more packages: .venv/bin/pip install authlib joserfc")
    issuer = reader.web_address(names[0], "") if reader.has(names[0]) else ""
    return {"oidc_issuer": issuer} | {name.lower(): reader.text(name, "") for name in names[1:]}


def _local_address(host: str, port: int) -> str:
    reachable = ANY_ADDRESS.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _database_url(reader: Reader, data_dir: Path) -> str:
    url = reader.url("DATABASE_URL", f"sqlite:///{data_dir}/ringbook.db", DATABASE_SCHEMES)
    scheme, separator, rest = url.partition("://")
    if scheme == "sqlite" and (not rest.startswith("/") or rest == "/" or ":memory:" in rest):
        reader.faults.append("DATABASE_URL must name a file (sqlite:///path): several processes share the database")
    return f"{POSTGRESQL}{separator}{rest}" if scheme.startswith("postgres") else url


def _redis_url(reader: Reader, data_dir: Path) -> str:
    url = reader.url("REDIS_URL", f"unix://{_socket_path(data_dir)}?db=0", ("redis", "rediss", "unix"))
    scheme, _, rest = url.partition("://")
    if reader.has("REDIS_URL") and not REDIS_PLACES[scheme].fullmatch(rest):
        reader.faults.append(
            "REDIS_URL must name its database by number, and nothing more: redis://host:6379/0, unix:///path?db=0"
        )
    if scheme == "unix" and len(os.fsencode(rest.partition("?")[0])) > LONGEST_SOCKET_PATH:
        reader.faults.append(f"REDIS_URL names a socket path longer than {LONGEST_SOCKET_PATH} bytes")
    return url


def _socket_path(data_dir: Path) -> Path:
    """In the data directory, or where its path is too long for a socket in a short place that stays the same."""
    path = data_dir / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"ringbook-{digest}" / "valkey.sock"


def _secret_keys(reader: Reader, data_dir: Path) -> tuple[str, ...]:
    if reader.has("SECRET_KEYS"):
        keys = tuple(key.strip() for key in reader.text("SECRET_KEYS", "").split(",") if key.strip())
        source = "SECRET_KEYS"
    else:
        keys, source = _kept_keys(reader, data_dir), str(data_dir / KEYS_FILE)
    if not all(map(is_fernet_key, keys)):
        reader.faults.append(f"{source} must hold Fernet keys: 32 bytes each, URL-safe base64, separated by commas")
    if not keys and reader.has("DATABASE_URL"):
        reader.faults.append("SECRET_KEYS is required with DATABASE_URL: ringbook keys new")
    return keys


def _kept_keys(reader: Reader, data_dir: Path) -> tuple[str, ...]:
    try:
        return read_secret_keys(data_dir)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        reader.faults.append(f"{data_dir / KEYS_FILE} cannot be read: {reason}")
        return ()
