"""Addresses and commands to try on a platform that has just started."""

import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from infra.local.emulator.credentials import REGION, EmulatorCredentials
from infra.local.layout import PROJECT, Layout, Ports
from infra.local.sign_in_codes import SignInCodes, sign_in_address


def addresses(ports: Ports) -> dict[str, str]:
    """Return the addresses by what is found there."""
    return {
        "API": f"{ports.url('front')}/api/v1",
        "Web": ports.url("web"),
        "AWS (emulator)": ports.url("emulator"),
        "Athena (DuckDB)": ports.url("athena"),
    }


def commands(layout: Layout, ports: Ports, stream: str | None, now: datetime) -> dict[str, str]:
    """Return shell commands by what they show; each gets itself a token."""
    own_token = _command("token", layout)
    bearer = f'-H "Authorization: Bearer $({own_token})"'
    api = f"{ports.url('front')}/api/v1"
    revenue = f"{api}/analytics/metrics?metric_type=revenue&{last_days(30, now)}"
    found = {
        "List data sources and their freshness": f"curl -s {bearer} {api}/ingest/sources",
        "Query the revenue of the last 30 days": f"curl -sg {bearer} '{revenue}'",
        "Send a sale": _post(f"{api}/ingest/batch", bearer, _sale(now)),
    }
    if stream:
        found["Put a sale on the stream"] = _put_record(layout, stream, now)
    return found


def last_days(days: int, now: datetime) -> str:
    """Return the query parameters of a time range that ends after today."""
    end = now.astimezone(UTC).date() + timedelta(days=1)
    return f"time_range[start]={end - timedelta(days=days)}&time_range[end]={end}"


def _sale(now: datetime) -> str:
    spelt = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    record = (
        f'{{"transaction_id":"try-1","timestamp":"{spelt}","product_id":"mug-1","quantity":2,'
        '"unit_price":"9.90","region":"Germany","channel":"web"}'
    )
    metadata = f'{{"source_system":"curl","extraction_timestamp":"{spelt}","schema_version":"1"}}'
    return (
        f'{{"source_id":"my-shop","data_type":"transactions","format":"json","metadata":{metadata},"data":[{record}]}}'
    )


def exports(credentials: EmulatorCredentials, ports: Ports) -> list[str]:
    """Return shell commands that direct AWS clients to the emulator."""
    own = {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": ports.url("emulator"),
        "AWS_ENDPOINT_URL_ATHENA": ports.url("athena"),
    }
    return ["unset AWS_PROFILE AWS_SESSION_TOKEN", *(f"export {name}={value}" for name, value in own.items())]


def _command(name: str, layout: Layout) -> str:
    elsewhere = layout.directory != PROJECT / ".local"
    return f"{_program('tally')} {name}" + (f" --directory {shlex.quote(str(layout.directory))}" if elsewhere else "")


def _program(path: str) -> str:
    """Return how to call a program of the project from the current directory, where the commands are pasted."""
    return f"./{path}" if Path.cwd() == PROJECT else shlex.quote(str(PROJECT / path))


def _post(url: str, bearer: str, body: str) -> str:
    return f"curl -s -X POST {url} {bearer} -H 'Content-Type: application/json' -d '{body}'"


def _put_record(layout: Layout, stream: str, now: datetime) -> str:
    spelt = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    script = (
        "import boto3, json; "
        "kinesis = boto3.client('kinesis'); "
        "sale = {'transaction_id': 'try-2', "
        f"'timestamp': '{spelt}', 'product_id': 'mug-1', 'quantity': 1, 'unit_price': '9.90'}}; "
        "message = {'source_id': 'my-shop', 'data_type': 'transactions', "
        f"'timestamp': '{spelt}', 'data': sale}}; "
        f"print(kinesis.put_record(StreamName='{stream}', PartitionKey='try-2', Data=json.dumps(message))"
        "['SequenceNumber'])"
    )
    # In a shell of its own, so that the reader's keeps its AWS settings.
    return f'(eval "$({_command("credentials", layout)})"; {_program(".venv/bin/python")} -c "{script}")'


def show_link(console: Console, layout: Layout, ports: Ports) -> None:
    """Print a link that signs in; into a file, where others may find it, only the command that makes one."""
    if console.is_terminal:
        console.print("[bold]Sign in[/bold] [dim](once, within ten minutes)[/dim]", highlight=False)
        link = sign_in_address(ports, SignInCodes(layout).create())
        console.print(link, soft_wrap=True, markup=False, highlight=False)
    else:
        console.print(
            f"Open the web application and sign in: {_command('open', layout)}", soft_wrap=True, highlight=False
        )


def show(console: Console, layout: Layout, ports: Ports, stream: str | None) -> None:
    """Print the addresses, and the link and the commands unframed so that they can be copied."""
    table = Table.grid(padding=(0, 2))
    for name, address in addresses(ports).items():
        table.add_row(f"[bold]{name}[/bold]", address)
    console.print(Panel(table, title="Tally is up", title_align="left", expand=False))
    show_link(console, layout, ports)
    for name, command in commands(layout, ports, stream, datetime.now(UTC)).items():
        console.print(f"[dim]# {name}[/dim]", highlight=False)
        console.print(command, soft_wrap=True, markup=False, highlight=False)
    console.print("\nCtrl-C stops everything; data is kept for the next start.", highlight=False)
