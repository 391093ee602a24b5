"""Bins, PSI and KL of features against NumPy, and features that say strange things."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from shared.drift.baseline import dump_profile, load_profile
from shared.drift.binning import MOST_BINS_OF_VALUES, choose_bins, count, is_numeric
from shared.drift.comparison import Comparison, FeatureComparison
from shared.drift.profile import BaselineProfile, Counts, Profile, Value, folded, read_profiles
from shared.drift.response import asked_features, drift_metrics, feature_quality, quality_metrics
from shared.lake.rollups.feature_rules import HASH_BINS, FeatureKind
from shared.runtime.errors import InvalidRequest
from shared.statistics.sketches import upper_edge
from tests.unit.drift.draws import DAY, amounts, of_numbers, of_profiles, of_texts

M = 2_000


def text(value: str) -> Value:
    return Value(FeatureKind.TEXT, value)


def compared(current: Counts, even: Counts, odd: Counts | None = None, decisions: int = M) -> Comparison:
    """Compare one feature, `x`; the halves are the same unless both are given."""
    sides = (current, even, even if odd is None else odd)
    return of_profiles(*(Profile(decisions, {"x": each} if each else {}) for each in sides))


def feature(found: Comparison) -> FeatureComparison:
    return next(each for each in found.features if each.name == "x")


def metric(found: Comparison) -> Any:
    return drift_metrics(found, asked_features(found, ["x"]))[0]


def test_psi_and_kl_are_those_of_numpy() -> None:
    rng = np.random.default_rng(1)
    even, odd, now = (rng.lognormal(4, 1, M) * factor for factor in (1, 1, 1.5))
    result = metric(compared(of_numbers(now), of_numbers(even), of_numbers(odd)))

    edges = sorted({each.to for each in result.bins if each.to is not None})
    reference, current = (np.histogram(values, [-np.inf, *edges, np.inf])[0] for values in (odd, now))
    r, c = ((counts + 0.5) / (M + 0.5 * len(counts)) for counts in (reference, current))
    assert len(edges) == 9
    assert result.psi == pytest.approx(np.sum((c - r) * np.log(c / r)), rel=1e-9)
    assert result.kl_divergence == pytest.approx(np.sum(c * np.log(c / r)), rel=1e-9)


def test_edges_are_the_deciles_of_the_even_half_within_a_hundredth() -> None:
    values = np.random.default_rng(2).lognormal(4, 1, M)

    bins = choose_bins(of_numbers(values), numeric=True).bins

    edges = [each.high for each in bins if each.high is not None]
    assert edges == pytest.approx(np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf"), rel=0.0203)


def test_a_value_that_deciles_share_has_a_bin_of_its_own() -> None:
    counts = of_numbers(np.repeat([0.0, 1.0], [20, 380]))

    bins = choose_bins(counts, numeric=True)

    assert count(counts, 400, bins) == [20, 380, 0, 0, 0]


def test_a_bin_of_zeros_has_no_negative_zero() -> None:
    bins = choose_bins(of_numbers(np.repeat([-1.0, 0.0, 1.0], [5, 90, 5])), numeric=True).bins

    assert [(each.name, repr(each.low), repr(each.high)) for each in bins[:3]] == [
        ("<= 0", "None", "0.0"),
        ("0 to 0", "0.0", "0.0"),
        ("> 0", "0.0", "None"),
    ]


def test_a_constant_that_changes_in_either_direction_is_found() -> None:
    constant = of_numbers(np.full(M, 5.0))

    for changed in (4.0, 6.0, 0.0, -5.0):
        assert metric(compared(of_numbers(np.full(M, changed)), constant)).drift_severity == "high"
    assert metric(compared(constant, constant)).psi == 0


def test_an_outlier_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    even, odd, now = (rng.lognormal(4, 1, M) for _ in range(3))
    wild = now.copy()
    wild[int(np.argmax(now))] = 1e6

    before, after = (metric(compared(of_numbers(each), of_numbers(even), of_numbers(odd))) for each in (now, wild))

    assert (after.psi, after.kl_divergence, after.drift_detected) == (
        before.psi,
        before.kl_divergence,
        before.drift_detected,
    )


def test_an_outlier_in_the_baseline_moves_no_edge_but_counts_in_the_range() -> None:
    values = np.random.default_rng(4).lognormal(4, 1, M)
    wild = values.copy()
    wild[int(np.argmax(values))] = 1e6

    assert choose_bins(of_numbers(wild), numeric=True) == choose_bins(of_numbers(values), numeric=True)
    assert feature(compared(of_numbers(wild), of_numbers(values))).quality.out_of_range == 1


def test_numbers_beyond_the_baseline_are_range_violations() -> None:
    quality = feature(compared(of_numbers(np.array([0.5, 1, 5, 11, -3.0])), of_numbers(np.array([1.0, 10])))).quality

    assert quality.out_of_range == 3


def test_a_feature_that_changes_its_type_drifts_and_does_not_conform() -> None:
    found = compared({text("1"): M}, of_numbers(np.ones(M)))

    assert metric(found).drift_severity == "high"
    assert {each.name for each in metric(found).bins} == {"0.9802 to 1", "(no number)"}
    assert feature_quality(found, feature(found)).type_conformance == 0
    assert not quality_metrics(found, [feature(found)], None).schema_conformant


def test_nearly_all_numbers_are_numeric() -> None:
    assert is_numeric({Value(FeatureKind.NUMBER, "0"): 99, text("NaN"): 1})
    assert not is_numeric({Value(FeatureKind.NUMBER, "0"): 98, text("NaN"): 2})
    assert not is_numeric({})


def test_values_that_are_not_numbers_have_a_bin_beside_the_numbers() -> None:
    even = {**amounts(np.random.default_rng(5), M - 5), text("NaN"): 5}
    now = {**amounts(np.random.default_rng(6), M // 2), text("NaN"): M // 2}

    bins = {each.name: each for each in metric(compared(now, even)).bins}

    assert bins["(no number)"].share == pytest.approx(0.5, abs=0.01)


def test_texts_beyond_the_50_commonest_are_counted_by_hash() -> None:
    even = {text(f"v{number}"): 200 - number for number in range(120)}

    bins = choose_bins(even, numeric=False)

    names = [each.name for each in bins.bins]
    assert names[:MOST_BINS_OF_VALUES] == [f"v{number}" for number in range(50)]
    assert names[MOST_BINS_OF_VALUES:] == [*(f"(other {n})" for n in range(HASH_BINS)), "(never seen)", "(missing)"]
    counted = count({**even, text("new"): 7}, 30_000, bins)
    assert counted[:50] == [200 - number for number in range(50)]
    assert sum(counted[50:70]) == sum(200 - number for number in range(50, 120))
    assert counted[70:] == [7, 30_000 - sum(even.values()) - 7]


def test_10_000_texts_are_compared_by_hash() -> None:
    rng = np.random.default_rng(7)
    even, odd, now = (of_texts(rng.integers(0, 10_000, M)) for _ in range(3))

    result = metric(compared(folded(now), folded(even), folded(odd)))

    assert len(result.bins) == HASH_BINS
    assert not result.drift_detected


def test_texts_by_hash_on_one_side_are_compared_by_hash_on_both() -> None:
    values = of_texts(np.arange(500))

    one = metric(compared(folded(values), values, decisions=500))
    other = metric(compared(values, folded(values), decisions=500))

    assert one.psi == other.psi == 0
    assert len(one.bins) == HASH_BINS


def test_booleans_and_texts_of_the_same_letters_are_different_values() -> None:
    now, before = {text("true"): M}, {Value(FeatureKind.BOOLEAN, "true"): M}

    found = compared(now, before)

    assert metric(found).drift_severity == "high"
    assert feature(found).quality.conforming == 0
    assert feature(found).quality.unseen == M


def test_missing_values_have_a_bin() -> None:
    values = amounts(np.random.default_rng(8), M)
    few = amounts(np.random.default_rng(8), M // 2)

    bins = {each.name: each for each in metric(compared(few, values)).bins}

    assert bins["(missing)"].share == pytest.approx(0.5, abs=0.01)
    assert metric(compared({}, values)).drift_severity == "high"


def test_a_feature_that_is_missing_everywhere_does_not_drift() -> None:
    found = compared({}, {})

    (result,) = drift_metrics(found, asked_features(found, ["amount"]))
    assert (result.psi, result.critical_value, result.drift_detected) == (0, 0, False)


@pytest.mark.parametrize(("decisions", "short"), [(99, True), (100, False)])
def test_fewer_than_100_decisions_are_insufficient(decisions: int, short: bool) -> None:
    one, other = of_numbers(np.ones(decisions)), of_numbers(np.zeros(decisions))

    result = metric(compared(one, other, decisions=decisions))

    assert result.psi > 0.25
    assert result.insufficient_data is short
    assert result.drift_detected is not short
    assert result.drift_severity == ("none" if short else "high")


def test_without_decisions_nothing_is_unknown_and_nothing_drifts() -> None:
    found = compared({}, {}, decisions=0)

    assert asked_features(found, ["anything"]) == []
    assert all(each.critical_value is None for each in drift_metrics(found, asked_features(found, [])))
    quality = quality_metrics(found, asked_features(found, []), None)
    assert (quality.null_rate, quality.schema_conformant) == (None, True)


def test_an_unknown_feature_is_refused() -> None:
    found = compared({text("a"): M}, {text("a"): M})

    with pytest.raises(InvalidRequest) as refused:
        asked_features(found, ["x", "y", "z"])

    assert [each.rejected_value for each in refused.value.field_errors] == ["y", "z"]
    assert refused.value.details == {"known": ["amount", "score", "x"]}


def test_a_mixed_baseline_expects_all_its_types() -> None:
    mixed = {text("a"): M // 2, **of_numbers(np.ones(M // 2))}

    assert feature(compared({text("b"): 10, Value(FeatureKind.BOOLEAN, "true"): 5}, mixed)).quality.conforming == 10


def test_a_new_feature_is_unknown_to_the_baseline() -> None:
    found = compared({text("a"): M}, {})

    quality = feature_quality(found, feature(found))
    assert (quality.in_baseline, quality.type_conformance, quality.unseen_rate) == (False, None, None)
    assert not quality_metrics(found, [feature(found)], None).schema_conformant


def test_a_frozen_profile_is_read_as_it_was() -> None:
    rng = np.random.default_rng(9)
    counts = {**amounts(rng, 100), **of_texts(np.arange(30)), Value(FeatureKind.BOOLEAN, "true"): 3}
    frozen = BaselineProfile(Profile(200, {"x": counts, "größe.": counts}), Profile(150, {}))

    assert load_profile(dump_profile(frozen)) == frozen
    assert dump_profile(load_profile(dump_profile(frozen))) == dump_profile(frozen)


def test_rows_are_read_by_side_half_and_day() -> None:
    row = {"model_version": "", "feature": "x", "kind": "number", "bucket": "", "weight": 0}
    rows = [
        {**row, "counts": "[0|5|4|0|0:2 3:3, 40000|0|4|0|]"},
        {**row, "kind": "text", "bucket": "a|b, c", "counts": "[|1|0|0|3:1]"},
        {**row, "feature": "", "kind": "decisions", "counts": "[|7|4|1|0:4 3:3]"},
        {**row, "kind": "attribution", "weight": 9, "counts": "[|1|0|0|0:1]"},
    ]

    found = read_profiles(rows)

    zero, one, odd = Value(FeatureKind.NUMBER, "0"), Value(FeatureKind.NUMBER, "40000"), text("a|b, c")
    assert found.model_version == "(none)"
    assert found.current.whole == Profile(7, {"x": {zero: 5, odd: 1}})
    assert found.current.days == {0: Profile(4, {"x": {zero: 2}}), 3: Profile(3, {"x": {zero: 3, odd: 1}})}
    assert found.current.attributions == {"x": 9}
    assert found.before == BaselineProfile(Profile(4, {"x": {zero: 4, one: 4}}), Profile(1, {}))


def test_the_history_has_the_psi_of_each_day() -> None:
    values = amounts(np.random.default_rng(10), M)

    found = feature(compared(values, values))

    assert found.history == [(DAY + timedelta(days=0), metric(compared(values, values)).psi)]


def test_bins_end_at_bounds_of_buckets() -> None:
    bins = choose_bins(amounts(np.random.default_rng(11), M), numeric=True)

    assert all(each.high == upper_edge(edge) for each, edge in zip(bins.bins, bins.edges, strict=False))  # type: ignore[union-attr] # numeric
