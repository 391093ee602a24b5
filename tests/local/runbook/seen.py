"""What the platform shows from outside of an incident and of its end."""

from typing import Any

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client
from tests.local.end_to_end.waiting import until

SOON = 60.0


def dead_letters(platform: RunningPlatform, queue: str) -> int:
    """Count the messages in a dead-letter queue."""
    sqs, name = platform.client("sqs"), "ApproximateNumberOfMessages"
    url = sqs.get_queue_url(QueueName=f"tally-local-{queue}")["QueueUrl"]
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def logged(platform: RunningPlatform, function: str, words: str) -> list[str]:
    """Return the lines of a function's log with these words."""
    group = f"/aws/lambda/tally-local-{function}"
    found = platform.client("logs").filter_log_events(logGroupName=group, filterPattern=f'"{words}"')
    return [each["message"] for each in found["events"]]


def objects(platform: RunningPlatform, prefix: str) -> list[str]:
    """Return the keys of the lake below a prefix."""
    bucket = platform.outputs.lake_bucket
    listed = platform.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for each in listed.get("Contents", ())]


def health(client: Client) -> dict[str, Any]:
    """Return the health of each pipeline."""
    answer = client.http.get("/analytics/pipeline/health").raise_for_status().json()
    return {each["pipelineId"]: each for each in answer["pipelines"]}


def healthy(client: Client, pipeline: str) -> None:
    """Wait until a pipeline is healthy, with nothing in the dead-letter queues of its stages."""

    def well() -> bool:
        found = health(client)[pipeline]
        return found["status"] in {"healthy", "idle"} and not any(each.get("deadLetters") for each in found["stages"])

    until(well, seconds=SOON, what=f"{pipeline} is healthy")
