"""The budget tells of costs, and stops what costs most if the stage asks for it."""

from tests.infra.assembly import Assembly, flat


def test_a_budget_mails_before_and_when_the_amount_is_exceeded(prod: Assembly, dev: Assembly) -> None:
    (budget,) = prod.of_type("AWS::Budgets::Budget").values()
    notified = {
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"]): {
            subscriber["Address"] for subscriber in each["Subscribers"]
        }
        for each in budget["NotificationsWithSubscribers"]
    }

    assert budget["Budget"]["BudgetLimit"] == {"Amount": prod.stage.monthly_budget, "Unit": "USD"}
    assert notified == {key: set(prod.stage.alarm_emails) for key in (("ACTUAL", 80), ("FORECASTED", 100))}
    assert dev.of_type("AWS::Budgets::Budget") == {}


def test_a_spent_budget_denies_queries_to_all_functions_that_ask_and_to_no_other(prod: Assembly) -> None:
    (action,) = prod.of_type("AWS::Budgets::BudgetsAction").values()
    (policy,) = prod.of_type("AWS::IAM::ManagedPolicy").values()
    asking = {
        flat(role["RoleName"])
        for role in prod.of_type("AWS::IAM::Role").values()
        if "athena:StartQueryExecution" in str(role.get("Policies"))
    }

    denied = action["Definition"]["IamActionDefinition"]
    assert {flat(each) for each in denied["Roles"]} == asking
    assert [(each["Effect"], each["Action"]) for each in policy["PolicyDocument"]["Statement"]] == [
        ("Deny", "athena:StartQueryExecution")
    ]
    assert (action["NotificationType"], action["ActionThreshold"]) == ("ACTUAL", {"Type": "PERCENTAGE", "Value": 100})
    assert action["ApprovalModel"] == "AUTOMATIC"
    assert not any("merger" in each or "ingest" in each for each in asking)


def test_what_stops_queries_may_attach_one_policy_to_their_roles_and_nothing_else(prod: Assembly) -> None:
    (role,) = [
        each
        for each in prod.of_type("AWS::IAM::Role").values()
        if "budgets.amazonaws.com" in str(each["AssumeRolePolicyDocument"])
    ]
    (action,) = prod.of_type("AWS::Budgets::BudgetsAction").values()
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]

    assert statement["Action"] == ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
    assert statement["Condition"] == {
        "ArnEquals": {"iam:PolicyARN": action["Definition"]["IamActionDefinition"]["PolicyArn"]}
    }
    assert len(statement["Resource"]) == len(action["Definition"]["IamActionDefinition"]["Roles"])
    assert "aws:SourceArn" in str(role["AssumeRolePolicyDocument"])


def test_a_budget_stops_nothing_unless_the_stage_asks_for_it(dev: Assembly) -> None:
    assert dev.of_type("AWS::Budgets::BudgetsAction") == {}
