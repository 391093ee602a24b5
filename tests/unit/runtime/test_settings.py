"""What a function is told from outside."""

import pytest

from shared.runtime.settings import Resource, SettingMissing, Settings


def test_the_name_of_a_resource_is_never_read_as_another_setting() -> None:
    environment = {resource.variable: f"the-{resource}" for resource in Resource}

    settings = Settings.from_environment(environment)

    assert settings == Settings(names={resource: f"the-{resource}" for resource in Resource})


def test_a_resource_that_was_not_granted_is_asked_for_by_the_name_of_its_grant() -> None:
    with pytest.raises(SettingMissing, match="add LEDGER to the function's reads or writes"):
        Settings().name_of(Resource.LEDGER)
