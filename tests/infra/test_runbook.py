"""Every alarm names the section of docs/runbook.md that has its steps, and that section names the alarm."""

import re
from pathlib import Path

from tests.infra.assembly import Assembly

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "runbook.md").read_text()
_LINK = re.compile(r"Steps: docs/runbook\.md#([a-z-]+)$")


def sections() -> dict[str, list[re.Pattern[str]]]:
    """The alarm names that each section lists; `<function>` stands for any function."""
    found = {}
    for title, text in re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE):
        listed = re.findall(r"^Alarms?: (.+)$", text, re.MULTILINE)
        names = re.findall(r"`([^`]+)`", " ".join(listed))
        anchor = title.lower().replace(" ", "-")
        found[anchor] = [re.compile(re.sub(r"<\w+>", "[a-z-]+", each)) for each in names]
    return found


def alarms(assembly: Assembly) -> list[tuple[str, str]]:
    """Each alarm of a stage without the prefix of the stage, and the section that it names."""
    found = []
    for each in assembly.of_type("AWS::CloudWatch::Alarm").values():
        link = _LINK.search(each["AlarmDescription"])
        assert link, each["AlarmName"]
        found.append((each["AlarmName"].removeprefix("tally-dev-"), link[1]))
    return found


def test_every_alarm_is_listed_in_the_section_that_it_names(dev: Assembly) -> None:
    listed = sections()

    unlisted = [
        (name, section) for name, section in alarms(dev) if not any(each.fullmatch(name) for each in listed[section])
    ]

    assert unlisted == []


def test_every_alarm_that_a_section_lists_exists(dev: Assembly) -> None:
    every = alarms(dev)

    unknown = [
        pattern.pattern
        for section, patterns in sections().items()
        for pattern in patterns
        if not any(pattern.fullmatch(name) for name, named in every if named == section)
    ]

    assert unknown == []
