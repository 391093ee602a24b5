"""The budget of the account, if the operator of a stage gives one, and what stops queries when it is spent."""

from aws_cdk import Aws
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.declaration import Function
from functions.manifest import FUNCTIONS
from infra.aws.grants import reads_of
from infra.aws.names import Names
from shared.athena.client import WORK_GROUP

_OF_BUDGET = 80
_NOTIFICATIONS = (("ACTUAL", _OF_BUDGET), ("FORECASTED", 100))


class MonthlyBudget(Construct):
    """Mails when the month has cost most of an amount, or is going to cost more.

    It counts all costs of the account. Costs of a stage alone need cost allocation tags, which an account has to
    activate first: a budget of tags that are not activated counts nothing.
    """

    def __init__(self, scope: Construct, *, dollars: int, names: Names) -> None:
        super().__init__(scope, "Budget")
        self.name = names.global_name("budget")
        mailed = [
            budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=each)
            for each in names.stage.alarm_emails
        ]
        budgets.CfnBudget(
            self,
            "Monthly",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=self.name,
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


class QueryStop(Construct):
    """Denies the functions to start queries once the month has cost its budget.

    Queries are what costs without bounds. What receives and loads data asks Athena nothing, and goes on.
    """

    def __init__(self, scope: Construct, *, budget: MonthlyBudget, names: Names) -> None:
        super().__init__(scope, "QueryStop")
        roles = [names.global_name(each.name) for each in FUNCTIONS if _asks_athena(each)]
        denial = iam.ManagedPolicy(
            self,
            "Denial",
            managed_policy_name=names.global_name("no-queries"),
            description="Attached by the monthly budget when it is spent: no function starts a query.",
            statements=[
                iam.PolicyStatement(effect=iam.Effect.DENY, actions=["athena:StartQueryExecution"], resources=["*"])
            ],
        )
        action = budgets.CfnBudgetsAction(
            self,
            "Action",
            budget_name=budget.name,
            notification_type="ACTUAL",
            action_threshold=budgets.CfnBudgetsAction.ActionThresholdProperty(type="PERCENTAGE", value=100),
            action_type="APPLY_IAM_POLICY",
            approval_model="AUTOMATIC",
            definition=budgets.CfnBudgetsAction.DefinitionProperty(
                iam_action_definition=budgets.CfnBudgetsAction.IamActionDefinitionProperty(
                    policy_arn=denial.managed_policy_arn, roles=roles
                )
            ),
            execution_role_arn=self._role(roles, denial, budget, names).role_arn,
            subscribers=[
                budgets.CfnBudgetsAction.SubscriberProperty(type="EMAIL", address=each)
                for each in names.stage.alarm_emails
            ],
        )
        action.node.add_dependency(budget)

    def _role(self, roles: list[str], denial: iam.ManagedPolicy, budget: MonthlyBudget, names: Names) -> iam.Role:
        """Return the role of AWS Budgets: it may attach this one policy to these roles, and detach it."""
        statement = iam.PolicyStatement(
            actions=["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            resources=[f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{each}" for each in roles],
            conditions={"ArnEquals": {"iam:PolicyARN": denial.managed_policy_arn}},
        )
        its_budget = f"arn:{Aws.PARTITION}:budgets::{Aws.ACCOUNT_ID}:budget/{budget.name}"
        return iam.Role(
            self,
            "Role",
            role_name=names.global_name("budget"),
            assumed_by=iam.ServicePrincipal(
                "budgets.amazonaws.com", conditions={"ArnLike": {"aws:SourceArn": [its_budget, f"{its_budget}/*"]}}
            ),
            inline_policies={"attach": iam.PolicyDocument(statements=[statement])},
        )


def _asks_athena(function: Function) -> bool:
    return any(each.resource == WORK_GROUP for each in reads_of(function))
