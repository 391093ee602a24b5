"""Every port of a platform that is up refuses foreign pages and strangers, and still serves its own users."""

import os
import stat
import subprocess
import sys
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.layout import PROJECT
from tests.local.conftest import RunningPlatform
from tests.local.host.test_front_door import ask

FOREIGN: list[dict[str, str]] = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Referer": "http://evil.example/page"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Host": "evil.example"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(
    ("door", "path"), [("web", "/"), ("front", "/"), ("front", "/index.html"), ("emulator", "/"), ("athena", "/")]
)
def test_guarded_ports_refuse_foreign_pages(
    platform: RunningPlatform, door: str, path: str, headers: dict[str, str]
) -> None:
    answer = ask(platform.ports.by_name()[door], "GET", path, headers=headers)

    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("headers", FOREIGN)
def test_public_routes_serve_foreign_programs_but_no_foreign_page(
    platform: RunningPlatform, headers: dict[str, str]
) -> None:
    answer = ask(platform.ports.front, "GET", "/api/v1/health", headers=headers)

    assert answer.status == 200
    assert answer.headers.get("access-control-allow-origin") not in {"*", "null", "http://evil.example"}


def test_a_browser_navigation_gets_the_page(platform: RunningPlatform) -> None:
    typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}

    assert ask(platform.ports.web, "GET", "/", headers=typed).status == 200
    assert ask(platform.ports.front, "GET", "/", headers=typed).headers["location"] == platform.ports.url("web")


@pytest.mark.parametrize(("key_id", "secret"), [("000000000000", "local"), ("test", "test"), ("AKIAEXAMPLE", "x")])
@pytest.mark.parametrize(("service", "call"), [("dynamodb", "list_tables"), ("athena", "list_work_groups")])
def test_other_credentials_are_refused_by_every_aws_api(
    platform: RunningPlatform, service: str, call: str, key_id: str, secret: str
) -> None:
    door = "athena" if service == "athena" else "emulator"
    stranger: Any = boto3.Session(key_id, secret, region_name="us-east-1")
    client = stranger.client(service, endpoint_url=platform.ports.url(door))

    with pytest.raises(ClientError) as refused:
        getattr(client, call)()

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}


def test_a_page_cannot_answer_for_the_function_of_a_deployment(platform: RunningPlatform) -> None:
    path = "/_ministack/cfn-response/guessed"

    statuses = [ask(platform.ports.emulator, "PUT", path, headers=headers).status for headers in FOREIGN]

    assert statuses == [403] * len(FOREIGN)
    assert ask(platform.ports.emulator, "GET", path).status == 403


def test_the_host_key_of_a_client_is_not_forwarded(platform: RunningPlatform) -> None:
    shown = {"X-Tally-Host-Key": "mine"}

    assert ask(platform.ports.front, "GET", "/api/v1/health", headers=shown).status == 200


def test_a_command_gives_the_credentials_to_any_aws_client(platform: RunningPlatform) -> None:
    command = f"./tally credentials --directory {platform.layout.directory}"
    program = "import boto3; print(boto3.client('kinesis').list_streams()['StreamNames'])"
    elsewhere = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "stale", "AWS_CONFIG_FILE": os.devnull}

    done = subprocess.run(  # noqa: S603 # our own command
        ["bash", "-c", f'eval "$({command})"; {sys.executable} -c "{program}"'],  # noqa: S607 # as a user does
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **elsewhere},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "tally-local-event-stream" in done.stdout, done.stderr


def test_no_secret_of_the_platform_is_in_a_process_list(platform: RunningPlatform) -> None:
    own = platform.credentials

    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout  # noqa: S607

    assert not [secret for secret in (own.secret_access_key, own.host_key) if secret in listed]


def test_other_users_of_the_machine_cannot_read_its_files(platform: RunningPlatform) -> None:
    assert stat.S_IMODE(platform.layout.directory.stat().st_mode) == 0o700
    state = [path for path in platform.layout.state.rglob("*") if path.is_file()]

    assert state
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in state} == {0}
