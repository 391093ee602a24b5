"""A request has one reading: upstream receives exactly what was sent, or the client is refused and disconnected."""

import pytest

from tests.attacks.edge.conftest import WatchedDoor
from tests.attacks.edge.raw_http import wire

POST = b"POST /api/v1/first HTTP/1.1\r\nHost: d\r\n"
GET = b"GET /api/v1/first HTTP/1.1\r\nHost: d\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
SMUGGLED = b"GET /api/v1/smuggled HTTP/1.1\r\nHost: d\r\n\r\n"
HELLO = b"5\r\nhello\r\n0\r\n\r\n"


def coded(value: bytes) -> bytes:
    """A request under this transfer coding."""
    return POST + b"Transfer-Encoding:" + value + b"\r\n\r\n" + HELLO + SMUGGLED


def long(value: bytes) -> bytes:
    """A request of this length."""
    return POST + b"Content-Length:" + value + b"\r\n\r\nhello" + SMUGGLED


def chunks(body: bytes) -> bytes:
    """A request in these chunks."""
    return CHUNKED + b"\r\n" + body + SMUGGLED


AMBIGUOUS = {
    "length, then coding": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + HELLO + SMUGGLED,
    "coding, then length": CHUNKED + b"Content-Length: 5\r\n\r\n" + HELLO + SMUGGLED,
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello" + SMUGGLED,
    "one length twice": POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + SMUGGLED,
    "a list of lengths": long(b" 5, 5"),
    "a length with a sign": long(b" +5"),
    "a negative length": long(b" -5"),
    "a length in hexadecimal": long(b" 0x5"),
    "a length with an underscore": long(b" 0_5"),
    "a length with a space in it": long(b" 5 5"),
    "a length beyond 64 bits": long(b" 18446744073709551621"),
    "an empty length": long(b" "),
    "a length in other digits": long(b" \xd9\xa5"),
    "a coding that is none": coded(b" xchunked"),
    "identity": coded(b" identity"),
    "identity, then chunked": coded(b" identity, chunked"),
    "chunked, then identity": coded(b" chunked, identity"),
    "chunked twice": coded(b" chunked, chunked"),
    "gzip in chunks": coded(b" gzip, chunked"),
    "gzip without an end": coded(b" gzip"),
    "chunked with a parameter": coded(b" chunked;q=1"),
    "chunked in quotes": coded(b' "chunked"'),
    "chunked after a vertical tab": coded(b" \x0bchunked"),
    "chunked with a NUL": coded(b" chunk\x00ed"),
    "chunked after a tab and before one": coded(b"\tchunked\t"),
    "chunked on a folded line": coded(b" \r\n chunked"),
    "a folded line behind chunked": coded(b" chunked\r\n identity"),
    "two codings in two lines": coded(b" chunked\r\nTransfer-Encoding: identity"),
    "a coding with a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n" + HELLO + SMUGGLED,
    "a coding behind a space": POST + b" Transfer-Encoding: chunked\r\n\r\n" + HELLO + SMUGGLED,
    "a coding in HTTP/1.0": CHUNKED.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\n\r\n" + HELLO + SMUGGLED,
    "a chunk size with a plus": chunks(b"+5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with a minus": chunks(b"-5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with 0x": chunks(b"0x5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with an underscore": chunks(b"0_5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size behind a space": chunks(b" 5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size before a space": chunks(b"5 \r\nhello\r\n0\r\n\r\n"),
    "a chunk size beyond 64 bits": chunks(b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
    "a chunk size before a bare LF": chunks(b"5\nhello\r\n0\r\n\r\n"),
    "a chunk size before a bare CR": chunks(b"5\rhello\r\n0\r\n\r\n"),
    "chunk data before a bare LF": chunks(b"5\r\nhello\n0\r\n\r\n"),
    "a last chunk before bare LFs": chunks(b"5\r\nhello\r\n0\n\n"),
    "a chunk longer than it says": chunks(b"5\r\nhelloXX0\r\n\r\n"),
    "a chunk shorter than it says": chunks(b"5\r\nhel\r\n0\r\n\r\n"),
    "no last chunk": chunks(b"5\r\nhello\r\n"),
    "an empty line before the first chunk": chunks(b"\r\n5\r\nhello\r\n0\r\n\r\n"),
    "a line break in a chunk extension": chunks(b'5;a="\r\n"\r\nhello\r\n0\r\n\r\n'),
    "a bare LF in a chunk extension": chunks(b"5;a\nb\r\nhello\r\n0\r\n\r\n"),
    "a NUL in a chunk extension": chunks(b"5;\x00\r\nhello\r\n0\r\n\r\n"),
    "a trailer that is none": chunks(b"5\r\nhello\r\n0\r\nno field\r\n\r\n"),
    "a length in a trailer": chunks(b"5\r\nhello\r\n0\r\nContent-Length: 9\r\nX: x\r\n\r\n"),
    "bare LFs all through": b"GET /api/v1/first HTTP/1.1\nHost: d\n\n" + SMUGGLED,
    "no host": b"GET /api/v1/first HTTP/1.1\r\n\r\n" + SMUGGLED,
    "two hosts": GET + b"Host: e\r\n\r\n" + SMUGGLED,
    "HTTP/1.0 that goes on": b"GET /api/v1/first HTTP/1.0\r\n\r\n" + SMUGGLED,
    "HTTP/1.2": GET.replace(b"1.1", b"1.2") + b"\r\n" + SMUGGLED,
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED,
    "an absolute target": GET.replace(b"/api", b"http://d/api") + b"\r\n" + SMUGGLED,
    "an absolute target with a user": GET.replace(b"/api", b"http://127.0.0.1:4566@d/api") + b"\r\n" + SMUGGLED,
    "a target with a fragment": GET.replace(b"first", b"first#?a=1") + b"\r\n" + SMUGGLED,
    "a target with a tab": GET.replace(b"first", b"fi\trst") + b"\r\n" + SMUGGLED,
    "a target with a space": GET.replace(b"first", b"fi rst") + b"\r\n" + SMUGGLED,
    "a target with a NUL": GET.replace(b"first", b"fi\x00rst") + b"\r\n" + SMUGGLED,
    "a target that is not ASCII": GET.replace(b"first", "fírst".encode()) + b"\r\n" + SMUGGLED,
    "a tunnel": b"CONNECT 127.0.0.1:4566 HTTP/1.1\r\nHost: d\r\n\r\n" + SMUGGLED,
    "a tunnel to a path": b"CONNECT /api/v1/first HTTP/1.1\r\nHost: d\r\n\r\n" + SMUGGLED,
    "the server as a whole": b"OPTIONS * HTTP/1.1\r\nHost: d\r\n\r\n" + SMUGGLED,
    "a method in small letters": b"get" + GET[3:] + b"\r\n" + SMUGGLED,
    "a control byte in a header": GET + b"X-A: a\x01b\r\n\r\n" + SMUGGLED,
    "a NUL in a header": GET + b"X-A: a\x00b\r\n\r\n" + SMUGGLED,
    "a DEL in a header": GET + b"X-A: a\x7fb\r\n\r\n" + SMUGGLED,
    "a bare CR in a header": GET + b"X-A: a\rX-B: b\r\n\r\n" + SMUGGLED,
    "a bare LF in a header": GET + b"X-A: a\nX-B: b\r\n\r\n" + SMUGGLED,
    "a folded header": GET + b"X-A: a\r\n b\r\n\r\n" + SMUGGLED,
    "a NUL in a header's name": GET + b"X-\x00A: a\r\n\r\n" + SMUGGLED,
    "a header's name that is not ASCII": GET + "X-Á: a\r\n\r\n".encode() + SMUGGLED,
    "a header's name before a space": GET + b"X-A : a\r\n\r\n" + SMUGGLED,
    "a header's name before a tab": GET + b"X-A\t: a\r\n\r\n" + SMUGGLED,
    "a header without a name": GET + b": a\r\n\r\n" + SMUGGLED,
    "a header without a colon": GET + b"X-A\r\n\r\n" + SMUGGLED,
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_an_ambiguous_request_is_refused_and_ends_the_connection(watched: WatchedDoor, name: str) -> None:
    with wire(watched.port) as connection:
        connection.send(AMBIGUOUS[name])
        (refused,) = connection.answers()

    assert refused.status == 400
    assert watched.arrivals == []


@pytest.mark.parametrize("version", [b"", b" HTTP/0.9", b" HTTP/2.0"])
def test_other_http_versions_are_refused(watched: WatchedDoor, version: bytes) -> None:
    with wire(watched.port) as connection:
        connection.send(b"GET /api/v1/first" + version + b"\r\nHost: d\r\n\r\n" + SMUGGLED)
        (refused,) = connection.answers()

    assert refused.status in {400, 505}
    assert watched.arrivals == []


READ_ONE_WAY = {
    "a length": long(b" 5"),
    "a length with zeros in front": long(b" 005"),
    "a length between tabs": long(b"\t5\t"),
    "a coding under another name": POST + b"Transfer_Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello" + SMUGGLED,
    "empty lines in front": b"\r\n\r\n" + long(b" 5"),
    "HTTP/1.0 that is kept alive": long(b" 5\r\nConnection: keep-alive").replace(b"1.1", b"1.0", 1),
    "a body that was waited for": long(b" 5\r\nExpect: 100-continue"),
}


@pytest.mark.parametrize("name", READ_ONE_WAY)
def test_an_unambiguous_request_and_its_successor_are_served(watched: WatchedDoor, name: str) -> None:
    with wire(watched.port) as connection:
        connection.send(READ_ONE_WAY[name])
        statuses: list[int] = []
        while statuses.count(200) < 2 and (answer := connection.answer()):
            statuses.append(answer.status)

    assert [status for status in statuses if status != 100] == [200, 200]
    assert [(each.path, each.body) for each in watched.arrivals] == [
        ("/api/v1/first", b"hello"),
        ("/api/v1/smuggled", b""),
    ]


IN_CHUNKS = {
    "one chunk": HELLO,
    "two chunks": b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    "a size with zeros in front": b"0005\r\nhello\r\n000\r\n\r\n",
    "an extension": b'5;a=b;c="d"\r\nhello\r\n0\r\n\r\n',
    "a long extension": b"5;" + b"x" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
    "a trailer": b"5\r\nhello\r\n0\r\nAuthorization: Bearer smuggled\r\n\r\n",
    "a trailer about the connection": b"5\r\nhello\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: x\r\n\r\n",
}


@pytest.mark.parametrize("name", IN_CHUNKS)
def test_a_chunked_body_arrives_whole_and_ends_its_connection(watched: WatchedDoor, name: str) -> None:
    """The parser would add the last field of a trailer to the request after it."""
    with wire(watched.port) as connection:
        connection.send(chunks(IN_CHUNKS[name]))
        (answered,) = connection.answers()

    (arrival,) = watched.arrivals
    assert (answered.status, arrival.body) == (200, b"hello")
    assert arrival.values("Authorization") == arrival.values("Transfer-Encoding") == []
    assert arrival.values("X-Forwarded-For") == ["127.0.0.1"]


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"tunnel"])
def test_a_refused_upgrade_ends_the_connection(watched: WatchedDoor, protocol: bytes) -> None:
    with wire(watched.port) as connection:
        connection.send(long(b" 5\r\nConnection: Upgrade\r\nUpgrade: " + protocol))
        (answered,) = connection.answers()

    (arrival,) = watched.arrivals
    assert (answered.status, arrival.body, arrival.values("Upgrade")) == (200, b"hello", [])


def test_pipelined_requests_are_answered_in_order(watched: WatchedDoor) -> None:
    sent = [GET.replace(b"first", f"get-{number}".encode()) + b"\r\n" for number in range(20)]

    with wire(watched.port) as connection:
        connection.send(b"".join(sent))
        answers = [connection.answer() for _ in sent]

    paths = [f"/api/v1/get-{number}" for number in range(20)]
    assert [each.path for each in watched.arrivals] == paths
    assert all(answer and path.encode() + b'"' in answer.body for answer, path in zip(answers, paths, strict=True))


def test_a_truncated_body_never_arrives(watched: WatchedDoor) -> None:
    for cut in (
        POST + b"Content-Length: 50\r\n\r\nhello",
        CHUNKED + b"\r\n5\r\nhello\r\n",
        CHUNKED + b"\r\nFFFFFFFF\r\nhel",
    ):
        with wire(watched.port) as connection:
            connection.send(cut)
    with wire(watched.port) as connection:
        connection.send(SMUGGLED)
        connection.answer()

    assert [each.path for each in watched.arrivals] == ["/api/v1/smuggled"]


@pytest.mark.parametrize(
    ("expectation", "length", "status"), [(b"100-continue", b"99999999", 413), (b"the-moon", b"5", 417)]
)
def test_a_body_to_be_refused_gets_no_100_continue(
    watched: WatchedDoor, expectation: bytes, length: bytes, status: int
) -> None:
    with wire(watched.port) as connection:
        connection.send(POST + b"Expect: " + expectation + b"\r\nContent-Length: " + length + b"\r\n\r\n")
        first = connection.answer()

    assert first is not None
    assert (first.status, first.values("connection")) == (status, ["close"])
    assert watched.arrivals == []


def test_headers_named_by_connection_are_not_removed(watched: WatchedDoor) -> None:
    named = b"Connection: close, Authorization, X-Forwarded-For, X-Forwarded-Proto, Host\r\n"

    with wire(watched.port) as connection:
        connection.send(GET + b"Authorization: Bearer t\r\n" + named + b"\r\n")
        connection.answers()

    (arrival,) = watched.arrivals
    assert arrival.values("Authorization") == ["Bearer t"]
    assert arrival.values("X-Forwarded-For") == ["127.0.0.1"]
    assert arrival.values("X-Forwarded-Proto") == ["http"]
    assert arrival.values("Connection") in ([], ["keep-alive"])
