"""Makes the roll-ups of a whole stage outdated, so that the roll-up job computes all of them again."""

from infra.admin.result_cache import forget_results
from infra.admin.stage import Stage
from shared.lake.catalog.state import TableState
from shared.lake.catalog.states import TableStates
from shared.lake.rollups.compute import ROLLUPS
from shared.merging.requests import RollupRequests


def rebuild_all(stage: Stage) -> int:
    """Mark every day as changed since its roll-ups, and start the roll-up job; return the number of days.

    Queries read the bases of these days until the job is done. Results from the earlier roll-ups are forgotten.
    """
    dynamodb, sqs = stage.client("dynamodb"), stage.client("sqs")
    states = TableStates(dynamodb, stage.output("TableStatesTableName"))
    requests = RollupRequests(sqs, sqs.get_queue_url(QueueName=stage.output("RollupQueueName"))["QueueUrl"])
    days = 0
    for data_type in ROLLUPS:
        outdated = states.update(data_type, TableState.without_rollups)
        if outdated.days:
            requests.request(data_type)
        days += len(outdated.days)
    forget_results(dynamodb, stage.output("ResultCacheTableName"))
    return days
