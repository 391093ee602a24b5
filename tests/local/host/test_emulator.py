"""The emulator starts on request, keeps its state, and never outlives its parent."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError
from types_boto3_s3.client import S3Client
from types_boto3_sqs.client import SQSClient

from infra.local.emulator.credentials import EmulatorCredentials, session
from infra.local.emulator.environment import emulator_environment
from infra.local.emulator.supervisor import Emulator
from infra.local.errors import PortTaken
from infra.local.layout import PROJECT, Layout, Ports
from tests.local.host.conftest import Running
from tests.local.host.free_ports import free_ports

BUCKET = "kept-bucket"


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def processes_using(directory: Path) -> list[psutil.Process]:
    """Return the processes whose environment or command line names a directory: the emulator and its workers."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and str(directory) in " ".join(
                [*process.cmdline(), *process.environ().values()]
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def clients(emulator: Emulator, layout: Layout) -> tuple[S3Client, SQSClient]:
    own = session(layout)
    return own.client("s3", endpoint_url=emulator.url), own.client("sqs", endpoint_url=emulator.url)


def test_it_answers_once_started(running: Running) -> None:
    assert running.client("s3").list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_it_listens_on_loopback_alone(running: Running) -> None:
    pids = {process.pid for process in processes_using(running.layout.state)}

    listening = {
        connection.laddr[0]
        for connection in psutil.net_connections("tcp")
        if connection.laddr and connection.pid in pids and connection.status == psutil.CONN_LISTEN
    }

    assert listening == {"127.0.0.1"}


def test_its_log_is_kept(running: Running) -> None:
    assert "Ready" in running.layout.log("emulator").read_text()


def test_objects_and_tables_survive_a_restart(tmp_path: Path) -> None:
    layout, ports = Layout(tmp_path), free_ports()
    with Emulator(layout=layout, ports=ports) as emulator:
        s3, sqs = clients(emulator, layout)
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"kept")
        sqs.create_queue(QueueName="kept-queue")

    with Emulator(layout=layout, ports=ports) as emulator:
        s3, sqs = clients(emulator, layout)

        assert s3.get_object(Bucket=BUCKET, Key="a/b")["Body"].read() == b"kept"
        assert sqs.get_queue_url(QueueName="kept-queue")["QueueUrl"].endswith("/kept-queue")


def test_a_save_writes_the_state_while_it_runs(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    with Emulator(layout=layout, ports=free_ports()) as emulator:
        session(layout).client("sqs", endpoint_url=emulator.url).create_queue(QueueName="saved-queue")

        emulator.save()

        saved = layout.state / "sqs.json"
        assert wait_for(lambda: saved.exists() and "saved-queue" in saved.read_text())


def test_a_busy_port_fails_in_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    layout, ports = Layout(tmp_path), free_ports()

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.emulator))
        taken.listen()
        with pytest.raises(PortTaken, match=f"Port {ports.emulator} .*--emulator-port"):
            Emulator(layout=layout, ports=ports).__enter__()

    assert processes_using(tmp_path) == []


def test_it_ends_and_saves_when_its_parent_is_killed(tmp_path: Path) -> None:
    ports = free_ports()
    layout = Layout(tmp_path)
    program = (
        "import sys, time; from pathlib import Path\n"
        "from infra.local.emulator.supervisor import Emulator\n"
        "from infra.local.layout import Layout, Ports\n"
        f"Emulator(layout=Layout(Path({str(tmp_path)!r})), ports=Ports(emulator={ports.emulator})).start()\n"
        "print('up', flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    assert parent.stdout is not None
    with parent.stdout as said:
        assert said.readline() == b"up\n"
    session(layout).client("sqs", endpoint_url=ports.url("emulator")).create_queue(QueueName="orphan-queue")

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    assert wait_for(lambda: processes_using(layout.state) == [])
    assert "orphan-queue" in (layout.state / "sqs.json").read_text()


def test_functions_inherit_no_aws_settings_of_the_user(tmp_path: Path) -> None:
    mine = {"AWS_PROFILE": "prod", "AWS_SECRET_ACCESS_KEY": "mine", "PYTHONPATH": "/x", "PATH": "/bin"}

    environment = emulator_environment(
        Layout(tmp_path), Ports(emulator=1, athena=2), EmulatorCredentials("id", "secret", "host"), mine
    )

    assert "AWS_PROFILE" not in environment
    assert "PYTHONPATH" not in environment
    assert environment["AWS_SECRET_ACCESS_KEY"] != "mine"
    assert environment["AWS_ENDPOINT_URL_ATHENA"] == "http://127.0.0.1:2"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("bytes=2-4", b"234"),
        ("bytes=7-", b"789"),
        ("bytes=-2", b"89"),
        ("bytes=0-99", b"0123456789"),
        ("", b"0123456789"),
    ],
)
def test_a_range_of_an_object_is_read(running: Running, asked: str, answered: bytes) -> None:
    s3: Any = running.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="digits", Body=b"0123456789")

    got = s3.get_object(Bucket=BUCKET, Key="digits", **({"Range": asked} if asked else {}))

    assert got["Body"].read() == answered
    assert got["ContentLength"] == len(answered)


@pytest.mark.parametrize("content", [b"", b"0123456789"])
def test_a_range_past_the_end_of_an_object_is_refused(running: Running, content: bytes) -> None:
    s3: Any = running.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="short", Body=content)

    with pytest.raises(ClientError, match="InvalidRange"):
        s3.get_object(Bucket=BUCKET, Key="short", Range="bytes=10-20")
