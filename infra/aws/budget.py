"""The budget of the account, if the operator of a stage gives one."""

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from infra.aws.names import Names

_OF_BUDGET = 80
_NOTIFICATIONS = (("ACTUAL", _OF_BUDGET), ("FORECASTED", 100))


class MonthlyBudget(Construct):
    """Mails when the month has cost most of an amount, or is going to cost more.

    It counts all costs of the account. Costs of a stage alone need cost allocation tags, which an account has to
    activate first: a budget of tags that are not activated counts nothing.
    """

    def __init__(self, scope: Construct, *, dollars: int, names: Names) -> None:
        super().__init__(scope, "Budget")
        mailed = [
            budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=each)
            for each in names.stage.alarm_emails
        ]
        budgets.CfnBudget(
            self,
            "Monthly",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=names.global_name("budget"),
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=dollars, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=mailed,
                )
                for kind, percent in _NOTIFICATIONS
            ],
        )
