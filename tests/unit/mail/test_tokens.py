"""The e-mailed token as pure values."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.mail import tokens

NEW, OLD, GONE = b"n" * 32, b"o" * 32, b"g" * 32
NONCE = "ab" * 32


def test_the_same_row_gives_the_same_link_and_code() -> None:
    assert tokens.dump(NEW, 7, NONCE) == tokens.dump(NEW, 7, NONCE)
    assert tokens.code(NEW, 7, NONCE) == tokens.code(NEW, 7, NONCE)
    assert len(tokens.code(NEW, 7, NONCE)) == 6 and tokens.code(NEW, 7, NONCE).isdecimal()
    assert len({tokens.new_nonce() for _ in range(100)}) == 100


def test_key_row_and_nonce_all_matter() -> None:
    rows = [(NEW, 7, NONCE), (OLD, 7, NONCE), (NEW, 8, NONCE), (NEW, 7, "cd" * 32)]
    assert len({tokens.secret(*row) for row in rows}) == len(rows)
    assert len({tokens.dump(*row) for row in rows}) == len(rows)


def test_load_gives_back_row_and_secret() -> None:
    token_id, secret = tokens.load([NEW, OLD], tokens.dump(NEW, 7, NONCE))
    assert token_id == "7" and tokens.fits(secret, tokens.secret_sha256(tokens.secret(NEW, 7, NONCE)))
    assert not tokens.fits(secret, tokens.secret_sha256(tokens.secret(NEW, 8, NONCE)))


def test_rotation() -> None:
    stored = tokens.secret_sha256(tokens.secret(OLD, 7, NONCE))
    assert tokens.load([NEW, OLD], tokens.dump(OLD, 7, NONCE))[0] == "7"
    assert tokens.key_of([NEW, OLD], 7, NONCE, stored) == OLD
    with pytest.raises(tokens.UnknownToken):
        tokens.load([NEW, OLD], tokens.dump(GONE, 7, NONCE))
    with pytest.raises(tokens.UnknownToken):
        tokens.key_of([NEW], 7, NONCE, stored)


def test_300_mutations_are_all_refused() -> None:
    value = tokens.dump(NEW, 7, NONCE)
    chance = random.Random(20261123)
    letters = string.ascii_letters + string.digits + "-_."
    for _ in range(300):
        at, letter = chance.randrange(len(value)), chance.choice(letters)
        kind = chance.choice(("replace", "insert", "drop"))
        rest = value[at + 1 :] if kind != "insert" else value[at:]
        mutant = value[:at] + ("" if kind == "drop" else letter) + rest
        if mutant != value:
            with pytest.raises(tokens.UnknownToken):
                tokens.load([NEW, OLD], mutant)


@pytest.mark.parametrize("odd", ["", ".", "..", "é", "\udc80", "a" * 600, "WzEsMl0.xyz"])
def test_odd_values_are_refused(odd: str) -> None:
    with pytest.raises(tokens.UnknownToken):
        tokens.load([NEW], odd)


def test_a_value_of_another_purpose_is_refused() -> None:
    from itsdangerous import URLSafeSerializer

    other = URLSafeSerializer(NEW, salt="media").dumps(["7", tokens.secret(NEW, 7, NONCE)])
    with pytest.raises(tokens.UnknownToken):
        tokens.load([NEW], str(other))


@given(st.text(max_size=20))
def test_only_the_right_code_is_right(given_code: str) -> None:
    right = tokens.code(NEW, 7, NONCE)
    assert tokens.right_code(NEW, 7, NONCE, given_code) == ("".join(given_code.split()) == right)


def test_blanks_in_a_code_do_not_matter() -> None:
    right = tokens.code(NEW, 7, NONCE)
    assert tokens.right_code(NEW, 7, NONCE, f" {right[:3]} {right[3:]}\n")
