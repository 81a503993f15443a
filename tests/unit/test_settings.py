"""A bad setting stops the start with the variable's name, and never shows a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidecar.settings import FROM_FILE, Settings, SettingsError, load_settings

GOOD = {
    "TAYANG_DATABASE_URL": "sqlite:////tmp/tayang.db",
    "TAYANG_SECRET_KEYS": f"{'a' * 32}, {'b' * 40}",
    "TAYANG_PUBLIC_URL": "https://tayang.example.id/",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TAYANG_{name.upper()}", raising=False)
        monkeypatch.delenv(f"TAYANG_{name.upper()}_FILE", raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_good_settings() -> None:
    settings = load_settings()
    assert settings.secret_keys == ("a" * 32, "b" * 40)
    assert settings.public_url == "https://tayang.example.id"
    assert "a" * 32 not in repr(settings)


def test_postgresql_addresses_get_their_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAYANG_DATABASE_URL", "postgresql://tayang:geheim@db/tayang")
    settings = load_settings()
    assert settings.database_url == "postgresql+psycopg://tayang:geheim@db/tayang"
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize("name", FROM_FILE)
def test_secrets_may_stand_in_files(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "database_url": "sqlite:////srv/x.db",
        "redis_url": "redis://r:1/2",
        "secret_keys": "c" * 32,
        "smtp_url": "smtps://u:p@mail.example.id:465",
    }
    (tmp_path / "secret").write_text(values[name] + "\n")
    monkeypatch.setenv(f"TAYANG_{name.upper()}_FILE", str(tmp_path / "secret"))
    value = getattr(load_settings(), name)
    assert value == ((values[name],) if name == "secret_keys" else values[name])


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TAYANG_SECRET_KEYS", "short-and-secret", "at least 32 characters"),
        ("TAYANG_SECRET_KEYS", " , ", "at least one key"),
        ("TAYANG_DATABASE_URL", "mysql://u:hunter2@x/y", "sqlite:/// (a file) or postgresql+psycopg://"),
        ("TAYANG_DATABASE_URL", "sqlite:///:memory:", "must name a file"),
        ("TAYANG_PUBLIC_URL", "tayang.example.id", "as phones see it"),
        ("TAYANG_SMTP_URL", "mail.example.id:25", "smtp+starttls://"),
        ("TAYANG_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("TAYANG_WORKER_POLL_S", "0", "greater than 0"),
    ],
)
def test_bad_values_are_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert variable in str(caught.value) and said in str(caught.value)
    assert "hunter2" not in str(caught.value) and "short-and-secret" not in str(caught.value)


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        monkeypatch.delenv(name)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).splitlines() == [
        "TAYANG_DATABASE_URL: is missing",
        "TAYANG_SECRET_KEYS: is missing",
        "TAYANG_PUBLIC_URL: is missing",
    ]


def test_unreadable_secret_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAYANG_SECRET_KEYS_FILE", "/nowhere/key")
    with pytest.raises(SettingsError, match="TAYANG_SECRET_KEYS_FILE: /nowhere/key cannot be read"):
        load_settings()


def test_every_setting_is_in_the_example() -> None:
    example = (Path(__file__).parents[2] / "config/env.example").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"TAYANG_{name.upper()}" not in example]
    assert missing == []
