"""Settings: `VIGIE_*` from the environment (and `DATABASE_URL`), typed, documented, unknown ones refused.

Each field's description is what docs/settings.md says; a test holds the two together.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "VIGIE_"


class SettingsError(Exception):
    """The configuration is wrong; the message says which variable, and what it takes."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", populate_by_name=True)

    host: str = Field("127.0.0.1", description="Address that `vigie up` and `vigie run` listen on.")
    port: int = Field(8040, ge=0, le=65535, description="Port that they listen on; 0 takes a free one.")
    data_dir: Path = Field(Path("var"), description="Folder of the embedded database, the master key and demo.json.")
    base_url: str | None = Field(
        None,
        description="Address under which people and networks reach Vigie: for links, and for signatures over the"
        " address of a hook. Default: http://HOST:PORT.",
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "VIGIE_DATABASE_URL", "database_url"),
        description="A PostgreSQL 15 or newer of your own (postgresql://…). Default: an embedded one in the data"
        " folder.",
    )
    database_pool: int = Field(12, ge=2, le=200, description="Connections to the database, at the most, a process.")
    postgres_bin: Path | None = Field(
        None, description="Folder with `postgres` and `initdb` for the embedded server. Default: those of the wheel."
    )
    master_key: SecretStr | None = Field(
        None,
        description="Key that wraps all other keys: 32 bytes or more, as base64. Default: made once, kept in the data"
        " folder as master.key. Losing it makes all personal content unreadable for ever.",
    )
    secure_cookies: bool | None = Field(
        None, description="Mark cookies Secure (HTTPS only). Default: yes where the base address is https."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses (comma-separated, CIDR) of reverse proxies whose X-Forwarded-For is believed."
    )
    outbound_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Hosts or CIDRs (comma-separated) that may be called though they are private or loopback."
    )
    meta_graph_url: str = Field(
        "https://graph.facebook.com/v23.0", description="Base address of the Graph API that replies to Meta go to."
    )
    push_contact: str | None = Field(
        None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="E-mail address that the push services of browsers may write to about messages to people's devices"
        " (VAPID). Default: vigie@ the host of the base address.",
    )
    max_body_bytes: int = Field(
        2 * 1024 * 1024, ge=1024,
        description="Largest webhook body taken, in bytes; mail services may send larger ones.",
    )  # fmt: skip
    spool_mb: int = Field(
        256,
        ge=0,
        le=65_536,
        description="Megabytes that deliveries may take in the data folder while the database is away, of networks that"
        " would not send them again (docs/reliability.md). 0: none is kept, they are refused.",
    )
    classifier: Path | None = Field(
        None,
        description="Directory of a model that judges messages instead of the one that ships. A wrong one is refused at"
        " start.",
    )
    classifiers_dir: Path | None = Field(
        None,
        description="Folder of further models, each in a folder of its own, that brands may try on their history and"
        " put in force. The same on every host that runs workers or the inbox.",
    )
    classifier_threads: int = Field(
        1,
        ge=1,
        le=64,
        description="Threads that a model may compute with. One leaves the other core of a small machine to the"
        " database and to those who watch; give more where the workers run alone.",
    )
    workers_beside: bool = Field(
        True,
        description="Whether `vigie up` runs its workers in a process of their own, so that what they cost is not taken"
        " from those who serve. no keeps all in one process, which spares some 65 MB.",
    )
    log_level: str = Field("INFO", description="Least level of log lines: DEBUG, INFO, WARNING or ERROR.")

    @field_validator("trusted_proxies", "outbound_allow", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("base_url")
    @classmethod
    def _is_an_origin(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/") if value else value

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    def contact(self, base_url: str) -> str:
        """Whom push services may write to."""
        return self.push_contact or f"vigie@{urlsplit(base_url).hostname or 'localhost'}"

    @property
    def dsn(self) -> str | None:
        return self.database_url.get_secret_value() if self.database_url else None


def variable(name: str) -> str:
    """The environment variable of a field."""
    return "DATABASE_URL" if name == "database_url" else PREFIX + name.upper()


def load(**overrides: Any) -> Settings:
    """Settings from the environment; `overrides` (from the command line) win, None means not given.

    Raises `SettingsError` naming every variable that is unknown or holds what it cannot.
    """
    known = {variable(name) for name in Settings.model_fields} | {"VIGIE_DATABASE_URL", "VIGIE_SHARED_DIR"}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"unknown settings: {', '.join(unknown)}. docs/settings.md lists those there are.")
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        lines = [f"{variable(str(e['loc'][0]))}: {e['msg']}" for e in error.errors()]
        raise SettingsError("; ".join(lines)) from error
