"""Regions are countries by their codes and names, however they are written."""

import pytest

from shared.records.countries import COUNTRIES, country_of


def test_every_country_is_found_by_its_codes_and_its_name() -> None:
    assert len(COUNTRIES) == 249
    assert all(country_of(word) == each for each in COUNTRIES for word in each)


@pytest.mark.parametrize(
    ("region", "code"),
    [
        (" germany ", "DE"),
        ("COTE D-IVOIRE", "CI"),
        ("EIRE", "IE"),
        ("USA", "US"),
        ("United  Kingdom", "GB"),
        ("Turkiye", "TR"),
        ("u.s. virgin islands", "VI"),
    ],
)
def test_case_accents_and_punctuation_make_no_difference(region: str, code: str) -> None:
    country = country_of(region)

    assert country is not None
    assert country.alpha_2 == code


@pytest.mark.parametrize("region", ["", "EU", "North", "Unspecified", "DEU1", "European Community"])
def test_other_regions_are_no_country(region: str) -> None:
    assert country_of(region) is None
