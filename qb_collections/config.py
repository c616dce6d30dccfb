"""The only place that reads the environment: QBC_* variables and an optional qbc.toml."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "QBC_"
FILE_NAME = "qbc.toml"

EXAMPLES: Mapping[str, str] = {
    "data_dir": "/var/lib/qb-collections",
    "host": "127.0.0.1",
    "port": "5000",
    "public_url": "https://collections.example.com",
    "trusted_proxy": "10.0.0.2",
    "intuit_client_id": "ABx7…, from the Keys page of your app at developer.intuit.com",
    "intuit_client_secret": "the secret beside the client id, at developer.intuit.com",
    "intuit_environment": "sandbox",
    "webhook_verifier": "the verifier token from the Webhooks page at developer.intuit.com",
    "key_file": "/etc/qb-collections/key",
    "log_level": "info",
    "database_url": "postgresql+psycopg://qbc@db.example.com/qbc",
    "calls_per_minute": "400",
    "calls_per_second": "8",
    "calls_in_flight": "8",
    "batches_per_minute": "40",
    "reads_per_month": "500000",
    "project_columns": "false",
    "pay_links": "false",
}


# The password of a company's mail account, for `mail set`: no setting, and never kept as one.
MAIL_PASSWORD = "QBC_MAIL_PASSWORD"


class BadSettings(Exception):
    """A setting that cannot be used.  Its text names each one, what is wrong, and an example."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """Everything an operator may set.  All of it has a default: `serve` runs without any."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, ignored_types=(cached_property,)
    )

    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("qb-collections", appauthor=False)
    )
    host: str = "127.0.0.1"
    port: int = Field(default=5000, ge=0, le=65535)
    public_url: str | None = None  # how browsers reach us; None: the address we listen on
    trusted_proxy: str | None = None  # the one address whose X-Forwarded-* headers count
    intuit_client_id: str | None = None
    intuit_client_secret: SecretStr | None = None
    intuit_environment: Literal["sandbox", "production"] = "sandbox"
    webhook_verifier: SecretStr | None = None
    key_file: Path | None = None  # None: "key" in the data folder
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database_url: str | None = None  # None: SQLite in the data folder

    # QuickBooks allows all apps of a company together 500 calls a minute, 10 a second and 40 batches a minute
    # (developer.intuit.com, "Limits and throttles", late 2025).  The rest is left to the other apps.
    calls_per_minute: int = Field(default=400, ge=1, le=500)
    calls_per_second: int = Field(default=8, ge=1, le=10)
    calls_in_flight: int = Field(default=8, ge=1, le=10)
    batches_per_minute: int = Field(default=40, ge=1, le=120)
    # Intuit's free tier answers 500,000 metered reads a month over all companies (partner program FAQ, 2025).
    reads_per_month: int = Field(default=500_000, ge=1)
    # Whether pages ask for named columns instead of *.  Unconfirmed on the real QuickBooks, so off.
    project_columns: bool = False
    # Whether e-mail about one invoice asks QuickBooks for its pay link.  Unconfirmed on the real one, so off.
    pay_links: bool = False

    @field_validator("data_dir", "key_file", mode="after")
    @classmethod
    def _home(cls, value: Path | None) -> Path | None:
        return value and value.expanduser()

    @field_validator("log_level", "intuit_environment", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("public_url", mode="after")
    @classmethod
    def _whole_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("it must be a whole address, starting with https:// or http://")
        return value.rstrip("/")

    @field_validator("trusted_proxy", mode="after")
    @classmethod
    def _one_address(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ip_address(value)
            except ValueError:
                raise ValueError("it must be one IPv4 or IPv6 address in numbers") from None
        return value

    @field_validator("database_url", mode="after")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("postgresql+psycopg://", "sqlite:///")):
            raise ValueError("it must begin with postgresql+psycopg:// or sqlite:///")
        if value is not None and value.startswith("postgresql") and find_spec("psycopg") is None:
            raise ValueError(
                "PostgreSQL needs one more package: .venv/bin/python -m pip install 'psycopg[binary]>=3.2,<4'"
            )
        return value

    @model_validator(mode="after")
    def _safe_together(self) -> Settings:
        if (self.intuit_client_id is None) != (self.intuit_client_secret is None):
            missing = "intuit_client_id" if self.intuit_client_id is None else "intuit_client_secret"
            raise ValueError(
                f"{missing}: the client id and the client secret are set together, or neither is"
            )
        if not is_loopback(self.host) and self.trusted_proxy is None:
            raise ValueError(
                "host: plain http is served on this machine only; "
                "to listen elsewhere, set trusted_proxy to the address of the proxy that speaks https"
            )
        return self

    @property
    def base_url(self) -> str:
        """How browsers reach us, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def redirect_uri(self) -> str:
        """Where Intuit sends the browser back to; must be registered there letter by letter."""
        return f"{self.base_url}/connect/callback"

    @property
    def key_path(self) -> Path:
        return self.key_file or self.data_dir / "key"

    @property
    def engine_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'qb-collections.sqlite3'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # `read` hands in everything itself, so that what it checked is what is used.
        return (init_settings,)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read(environ: Mapping[str, str] | None = None, file: Path | None = None, **overrides: Any) -> Settings:
    """Read the settings: overrides before the environment before qbc.toml.

    Without file, qbc.toml is looked for in the working directory.  An unknown
    name is refused with the nearest known one, so that a typing mistake never
    leaves a default in place.  Raises BadSettings.
    """
    environ = os.environ if environ is None else environ
    path = file or Path(FILE_NAME)
    if file is not None and not file.is_file():
        raise BadSettings((f"{file} does not exist. Example: --config /etc/qb-collections/{FILE_NAME}",))
    values = _of_file(path) if path.is_file() else {}
    values |= _of_environment(environ)
    values |= {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise BadSettings(tuple(_problem(detail) for detail in error.errors())) from None


def mail_password(environ: Mapping[str, str] | None = None) -> str | None:
    """What QBC_MAIL_PASSWORD holds."""
    return (os.environ if environ is None else environ).get(MAIL_PASSWORD) or None


def _of_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings((f"{path} cannot be read as TOML: {error}. Example: port = 5000",)) from None
    _refuse_unknown(values, lambda name: f"{name} in {path}", lambda name: name)
    return values


def _of_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and value and name != MAIL_PASSWORD
    }
    _refuse_unknown(values, _variable, _variable)
    return values


def _refuse_unknown(values: Mapping[str, Any], say: Any, suggest: Any) -> None:
    problems = []
    for name in values:
        if name not in Settings.model_fields:
            near = get_close_matches(name, Settings.model_fields, n=1, cutoff=0.5)
            hint = (
                f"the nearest name is {suggest(near[0])}"
                if near
                else f"known are {', '.join(Settings.model_fields)}"
            )
            problems.append(f"{say(name)} is not a setting; {hint}.")
    if problems:
        raise BadSettings(tuple(problems))


def _variable(name: str) -> str:
    return PREFIX + name.upper()


# What pydantic finds, in our words.
_OWN_WORDS = {
    "int_parsing": "that is not a whole number",
    "int_type": "that is not a whole number",
    "int_from_float": "that is not a whole number",
    "bool_parsing": "it is true or false",
    "bool_type": "it is true or false",
    "string_type": "that is not a text",
    "path_type": "that is not the path of a file or folder",
}


def _problem(detail: Any) -> str:
    """One sentence; never the value, which may be a secret."""
    text = _OWN_WORDS.get(detail["type"], "") or str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] in ("greater_than_equal", "less_than_equal"):
        limits = detail["ctx"]
        text = (
            f"at least {limits['ge']} is needed" if "ge" in limits else f"at most {limits['le']} is possible"
        )
    elif detail["type"] == "literal_error":
        text = f"it is one of {detail['ctx']['expected']}"
    if detail["loc"]:
        name = str(detail["loc"][0])
    else:
        name, _, text = text.partition(": ")
    return f"{_variable(name)}: {text}. Example: {_variable(name)}={EXAMPLES[name]}"
