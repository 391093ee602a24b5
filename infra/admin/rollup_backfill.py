"""Makes the roll-ups of a whole stage outdated, so that the roll-up job computes all of them again."""

from dataclasses import replace

from infra.admin.stage import Stage
from shared.lake.catalog.state import TableState, TableStates
from shared.merging.queue import RollupQueue
from shared.records.schema import DataType

_NEVER = 0


def rebuild_all(stage: Stage) -> int:
    """Mark every day as changed since its roll-ups, and start the roll-up job; return the number of days.

    Queries read the bases of these days until the job is done.
    """
    states = TableStates(stage.client("dynamodb"), stage.output("TableStatesTableName"))
    sqs = stage.client("sqs")
    queue = RollupQueue(sqs, sqs.get_queue_url(QueueName=stage.output("RollupQueueName"))["QueueUrl"])
    days = 0
    for data_type in DataType:
        outdated = states.update(data_type, _outdated)
        if outdated.days:
            queue.send(data_type)
        days += len(outdated.dirty_days)
    return days


def _outdated(state: TableState) -> TableState:
    return replace(state, rolled_up=_NEVER)
