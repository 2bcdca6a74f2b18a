"""A secret opens in its own place, with its own key, or not at all."""

from __future__ import annotations

import pytest

from portal.config import SettingsError
from portal.security.vault import Sealed, SecretUnreadable, Vault
from portal.store.database import Database
from tests.portals import settings_for

PLACE, SECRET = "connection:7:token", "s3cret value of a platform – ü"
OLD, NEW = "old:" + "o" * 32, "new:" + "n" * 32


def vault(database: Database, keys: str | None = None, **changes: str) -> Vault:
    return Vault(settings_for(database, vault_keys=keys, **changes))


def unseal(opener: Vault, sealed: Sealed, place: str = PLACE) -> str:
    return opener.unseal(place, sealed.key_id, sealed.sealed)


@pytest.mark.parametrize("keys", [None, OLD, f"{NEW},{OLD}"], ids=["from the secret key", "one key", "two keys"])
def test_vault__opens_what_it_sealed(sqlite_database: Database, keys: str | None) -> None:
    one = vault(sqlite_database, keys)
    sealed = one.seal(PLACE, SECRET)
    assert unseal(vault(sqlite_database, keys), sealed) == SECRET
    assert SECRET.encode() not in sealed.sealed
    assert one.seal(PLACE, SECRET).sealed != sealed.sealed      # a fresh nonce every time


@pytest.mark.parametrize("place", ["connection:8:token", "connection:7:password", ""])
def test_vault__value_moved_to_another_place_does_not_open(sqlite_database: Database, place: str) -> None:
    """S30."""
    one = vault(sqlite_database)
    with pytest.raises(SecretUnreadable):
        unseal(one, one.seal(PLACE, SECRET), place)


@pytest.mark.parametrize("at", [0, 12, -1], ids=["nonce", "text", "tag"])
def test_vault__changed_byte_does_not_open(sqlite_database: Database, at: int) -> None:
    one = vault(sqlite_database)
    sealed = one.seal(PLACE, SECRET)
    changed = bytearray(sealed.sealed)
    changed[at] ^= 1
    with pytest.raises(SecretUnreadable) as error:
        unseal(one, Sealed(sealed.key_id, bytes(changed)))
    assert SECRET not in str(error.value)


def test_vault__new_key_seals_and_the_old_one_still_opens(sqlite_database: Database) -> None:
    sealed = vault(sqlite_database, OLD).seal(PLACE, SECRET)
    rotated = vault(sqlite_database, f"{NEW},{OLD}")
    assert unseal(rotated, sealed) == SECRET
    assert rotated.seal(PLACE, SECRET).key_id == "new"
    with pytest.raises(SecretUnreadable, match="HOMEROOM_VAULT_KEYS"):
        unseal(vault(sqlite_database, NEW), sealed)


def test_vault__other_secret_key_does_not_open(sqlite_database: Database) -> None:
    sealed = vault(sqlite_database).seal(PLACE, SECRET)
    with pytest.raises(SecretUnreadable):
        unseal(vault(sqlite_database, secret_key="another secret key of enough length"), sealed)


@pytest.mark.parametrize("keys", ["", "id", "id:", ":" + "k" * 32, "id:short", f"{OLD},{OLD}", f"{OLD},"])
def test_vault__malformed_keys_are_refused_without_repeating_them(sqlite_database: Database, keys: str) -> None:
    with pytest.raises(SettingsError, match="HOMEROOM_VAULT_KEYS") as error:
        vault(sqlite_database, keys)
    assert "o" * 32 not in str(error.value)
