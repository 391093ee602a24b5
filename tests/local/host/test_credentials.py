"""The credentials of a platform are made once, at random, and only their owner can read them."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.local.emulator.credentials import ACCOUNT, EmulatorCredentials
from infra.local.layout import Layout


def test_credentials_are_created_once(tmp_path: Path) -> None:
    assert EmulatorCredentials.of(Layout(tmp_path)) == EmulatorCredentials.of(Layout(tmp_path))


def test_two_installations_share_nothing(tmp_path: Path) -> None:
    one, other = EmulatorCredentials.of(Layout(tmp_path / "one")), EmulatorCredentials.of(Layout(tmp_path / "other"))

    assert one.access_key_id != other.access_key_id
    assert one.secret_access_key != other.secret_access_key
    assert one.host_key != other.host_key


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: EmulatorCredentials.of(Layout(tmp_path)), range(32)))

    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.glob("credentials.json*")] == ["credentials.json"]


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "platform")
    EmulatorCredentials.of(layout)

    assert stat.S_IMODE(layout.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(layout.credentials.stat().st_mode) == 0o600


def test_a_directory_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    Layout(tmp_path).create()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_the_secret_belongs_to_its_key_and_the_function_account(tmp_path: Path) -> None:
    own = EmulatorCredentials.of(Layout(tmp_path))

    assert own.secret_of(own.access_key_id) == own.secret_of(ACCOUNT) == own.secret_access_key
    assert own.secret_of("AKIAIOSFODNN7EXAMPLE") is None


def test_printing_them_shows_no_secret(tmp_path: Path) -> None:
    own = EmulatorCredentials.of(Layout(tmp_path))

    assert own.secret_access_key not in repr(own)
    assert own.host_key not in repr(own)
