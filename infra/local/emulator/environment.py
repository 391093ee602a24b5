"""The environment in which MiniStack runs, as a value."""

from collections.abc import Mapping

from infra.local.emulator.credentials import ACCOUNT, REGION, EmulatorCredentials
from infra.local.layout import LOOPBACK, Layout, Ports

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT")


def emulator_environment(
    layout: Layout, ports: Ports, credentials: EmulatorCredentials, outer: Mapping[str, str]
) -> dict[str, str]:
    """Return MiniStack's environment; the functions it runs inherit it, so it holds nothing of the user's session."""
    return {
        **{name: outer[name] for name in _KEPT if name in outer},
        **credentials.environment(),
        "AWS_ENDPOINT_URL": ports.url("emulator"),
        "AWS_ENDPOINT_URL_ATHENA": ports.url("athena"),
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(ports.emulator),
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(layout.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(layout.objects),
        "TMPDIR": str(layout.scratch),
        "LAMBDA_EXECUTOR": "local",
        "DOCKER_HOST": f"unix://{layout.scratch}/no-docker.sock",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "TZ": "UTC",
    }
