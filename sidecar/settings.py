"""Settings from the environment, prefix TAYANG_. A secret may come from a file: TAYANG_SECRET_KEYS_FILE=/path."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "TAYANG_"
FROM_FILE = ("database_url", "redis_url", "secret_keys", "smtp_url")
MIN_KEY_LENGTH = 32
DATABASE_SCHEMES = ("sqlite", "postgresql+psycopg")
SMTP_SCHEMES = ("smtp", "smtps", "smtp+starttls")


class SettingsError(Exception):
    """The settings cannot be used: one line per variable, never the value itself (it may be a secret)."""

    code = "bad_settings"


class FileSecrets(PydanticBaseSettingsSource):
    """Reads `TAYANG_<NAME>_FILE` for the names in FROM_FILE. Raises SettingsError when the file cannot be read."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(name)
        if field_name not in FROM_FILE or not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            raise SettingsError(f"{name}: {path} cannot be read ({error.strerror})") from error

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """All of them; `config/env.example` explains each. `secret_keys`: the first one signs, the others still verify."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True)

    database_url: str = Field(repr=False)
    redis_url: str = "redis://127.0.0.1:6379/0"
    secret_keys: Annotated[tuple[str, ...], NoDecode] = Field(repr=False)
    public_url: str
    media_dir: Path = Path("/var/lib/tayang/media")
    config_dir: Path = Path(__file__).resolve().parent.parent / "config"
    smtp_url: str = Field("smtp://127.0.0.1:25", repr=False)
    mail_from: str = "Tayang <tayang@localhost>"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    worker_poll_s: float = Field(1.0, gt=0, le=60)

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split_keys(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(key.strip() for key in value.split(",") if key.strip())
        return value

    @field_validator("secret_keys")
    @classmethod
    def _long_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("needs at least one key")
        if any(len(key) < MIN_KEY_LENGTH for key in value):
            raise ValueError(f"every key needs at least {MIN_KEY_LENGTH} characters")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value.startswith("postgresql://"):
            value = value.replace("postgresql://", "postgresql+psycopg://", 1)
        if value.split(":", 1)[0] not in DATABASE_SCHEMES:
            raise ValueError("must begin with sqlite:/// (a file) or postgresql+psycopg://")
        if value.startswith("sqlite") and (":memory:" in value or value.rstrip("/") == "sqlite:"):
            raise ValueError("must name a file: web and workers share it")
        return value

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be the sidecar's address as phones see it, such as https://tayang.example.id")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in SMTP_SCHEMES or not parts.hostname:
            raise ValueError("must be smtp://, smtps:// or smtp+starttls:// with a host")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, FileSecrets(settings_cls), env_settings


def load_settings() -> Settings:
    """The settings of this process. Raises SettingsError naming every variable that is missing or wrong."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"{PREFIX}{str(item['loc'][0]).upper()}: {_reason(item['msg'])}" for item in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _reason(message: str) -> str:
    return "is missing" if message == "Field required" else message.removeprefix("Value error, ")
