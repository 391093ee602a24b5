"""Ranges, their comparison and their buckets follow the calendar of the question's zone."""

from tests.functions.cases.conftest import Platform, line


def test_march_is_compared_with_february(platform: Platform) -> None:
    days = ("2025-01-31", "2025-02-01", "2025-02-28", "2025-03-01", "2025-03-31")
    platform.load([line(place, timestamp=f"{day}T12:00:00Z", unit_price=10**place) for place, day in enumerate(days)])

    answer = platform.metric("revenue", "2025-03-01", "2025-04-01", granularity="monthly", include_comparison="true")

    assert [(each["timestamp"], each["value"]) for each in answer["data"]] == [("2025-03-01T00:00:00Z", 11000)]
    previous = answer["comparison"]["previous_period"]
    assert [(each["timestamp"], each["value"], each["partial"]) for each in previous] == [
        ("2025-02-01T00:00:00Z", 110, False)
    ]
    assert answer["summary"]["change_from_previous"] == 11000 - 110


def test_days_in_recife_are_the_same_in_every_range(platform: Platform) -> None:
    sales = (("2000-10-12T02:30:00Z", 1), ("2000-10-12T12:00:00Z", 10), ("2000-10-13T02:15:00Z", 100))
    platform.load([line(place, timestamp=at, unit_price=price) for place, (at, price) in enumerate(sales)])

    found = []
    for start, end in (("2000-10-10T02:00:00Z", "2000-10-17T02:00:00Z"), ("2000-10-11", "2000-10-15")):
        answer = platform.metric("revenue", start, end, timezone="America/Recife")
        found.append({each["timestamp"]: each["value"] for each in answer["data"] if each["value"]})

    # Summer time lasted from the 8th to the 15th.
    assert found == [{"2000-10-12T02:00:00Z": 11, "2000-10-13T02:00:00Z": 100}] * 2


def test_bare_dates_are_midnights_of_the_zone_and_cut_buckets_are_marked(platform: Platform) -> None:
    times = ("2025-03-09T22:59:59Z", "2025-03-09T23:00:00Z", "2025-03-11T22:59:59Z", "2025-03-11T23:00:00Z")
    platform.load([line(place, timestamp=at, unit_price=10**place) for place, at in enumerate(times)])
    zone = "Europe/Berlin"

    answer = platform.metric("revenue", "2025-03-10", "2025-03-12", timezone=zone)
    cut = platform.metric("revenue", "2025-03-10", "2025-03-11T23:30:00Z", timezone=zone)

    assert answer["time_range"] == {"start": "2025-03-09T23:00:00Z", "end": "2025-03-11T23:00:00Z"}
    assert [(each["value"], each["partial"]) for each in answer["data"]] == [(10, False), (100, False)]
    assert [(each["value"], each["partial"]) for each in cut["data"]] == [(10, False), (100, False), (1000, True)]
    weekly = platform.metric("revenue", "2025-03-11", "2025-03-24", timezone=zone, granularity="weekly")
    assert [each["partial"] for each in weekly["data"]] == [True, False]
    products = platform.products("2025-03-10", "2025-03-12", timezone=zone)
    assert products["time_range"] == answer["time_range"]
    assert [each["revenue"] for each in products["products"]] == [110]
