"""Presigned URLs name the host of the bucket's own region, to which browsers may send at once."""

import pytest

from shared.runtime.clients import Clients


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_a_presigned_url_is_one_of_the_buckets_own_region(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")

    url = Clients().s3.generate_presigned_url("put_object", Params={"Bucket": "tally-dev-lake", "Key": "a"})

    assert url.startswith(f"https://tally-dev-lake.s3.{region}.amazonaws.com/a?")


def test_on_the_laptop_the_emulator_is_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")

    url = Clients().s3.generate_presigned_url("put_object", Params={"Bucket": "tally-local-lake", "Key": "a"})

    assert url.startswith("http://127.0.0.1:4566/tally-local-lake/a?")
