"""Fairness, cost and model card: against counting, known identities, and records of runs."""

import json

import numpy as np
import pytest

import course.data
from units import u10_past_present_future as u10

pytestmark = pytest.mark.backend_independent


def people(n=500, seed=0):
    rng = np.random.default_rng(seed)
    y, y_hat = (rng.random((2, n)) < 0.5).astype(int)
    return y, y_hat, rng.integers(2, size=n), rng.normal(size=n)


def test_rates_are_shares_of_people():
    y, y_hat, group, _ = people()
    for g, rates in u10.group_rates(y, y_hat, group).items():
        own = [(a, d) for a, d, k in zip(y, y_hat, group, strict=True) if k == g]
        assert rates.base == pytest.approx(np.mean([a for a, _ in own]))
        assert rates.selected == pytest.approx(np.mean([d for _, d in own]))
        assert rates.tpr == pytest.approx(np.mean([d for a, d in own if a == 1]))
        assert rates.fpr == pytest.approx(np.mean([d for a, d in own if a == 0]))
        assert rates.ppv == pytest.approx(np.mean([a for a, d in own if d == 1]))
    words = np.where(group == 0, "b", "a")
    assert list(u10.group_rates(y, y_hat, words)) == ["a", "b"]
    assert np.isnan(u10.group_rates([0, 1], [0, 0], [0, 0])[0].ppv)


def test_the_false_positive_rate_follows_from_the_others():
    for seed in range(5):
        for rates in u10.group_rates(*people(seed=seed)[:3]).values():
            assert u10.implied_fpr(rates.base, rates.ppv, rates.tpr) == pytest.approx(rates.fpr, abs=1e-12)


def test_a_perfect_decision_satisfies_separation_and_sufficiency():
    y, _, group, _ = people()
    gaps = u10.fairness_gaps(y, y, group)
    assert gaps["separation"] == gaps["sufficiency"] == 0
    assert gaps["independence"] == pytest.approx(abs(y[group == 0].mean() - y[group == 1].mean()))


@pytest.mark.parametrize(("criterion", "rate"), [("selected", "selected"), ("tpr", "tpr"), ("fpr", "fpr")])
def test_thresholds_of_groups_give_the_same_rate(criterion, rate):
    y, _, group, scores = people(4000)
    scores = scores + 0.7 * group + 0.5 * y
    limits = u10.group_thresholds(scores, y, group, criterion, 0.4)
    y_hat = (scores >= np.where(group == 0, limits[0], limits[1])).astype(int)
    found = [getattr(r, rate) for r in u10.group_rates(y, y_hat, group).values()]
    np.testing.assert_allclose(found, 0.4, atol=1e-3)


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_the_chance_of_repayment_is_calibrated_in_both_groups(noise):
    d = course.data.load("lending", n=100_000, noise=noise)
    for g in (0, 1):
        for low in (0.1, 0.4, 0.7):
            chosen = (d.group == g) & (d.probability >= low) & (d.probability < low + 0.2)
            assert d.y[chosen].mean() == pytest.approx(d.probability[chosen].mean(), abs=0.02)
    assert d.y[d.group == 0].mean() > d.y[d.group == 1].mean() + 0.1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: u10.fairness_gaps([0, 1], [0, 1], [0, 0]), "one group"),
        (lambda: u10.group_rates([0, 2], [0, 1], [0, 1]), "labels are 0 and 1"),
        (lambda: u10.group_rates([0, 1], [0, 1, 1], [0, 1]), "y_hat"),
        (lambda: u10.group_thresholds([0.1], [1], [0], "ppv", 0.5), "must be one of"),
        (lambda: u10.group_thresholds([0.1], [1], [0], "tpr", 1.5), "between 0 and 1"),
        (lambda: u10.group_thresholds([0.1], [1], [0], "fpr", 0.5), "nobody"),
        (lambda: u10.group_thresholds([0.1, 0.2], [1], [0], "tpr", 0.5), "each needs exactly one"),
        (lambda: u10.implied_fpr(1.0, 0.5, 0.5), "base must lie"),
        (lambda: u10.implied_fpr(0.5, 0.5, 1.5), "tpr must lie"),
        (lambda: u10.estimated_seconds(0, 1, 1), "positive"),
        (lambda: u10.estimated_seconds(1, 1, 1, utilization=2), "at most 1"),
        (lambda: u10.CostMeter(overhead=0.5), "overhead at least 1"),
    ],
)
def test_a_bad_argument_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_six_operations_for_each_parameter_and_sample():
    assert u10.estimated_seconds(1e6, 1e6, 6e12, utilization=0.5) == pytest.approx(2.0)


def test_energy_is_estimated_from_processor_time():
    with u10.CostMeter(watts_per_core=20.0, overhead=1.0, counters=[]) as meter:
        sum(i * i for i in range(300_000))
    cost = meter.cost
    assert not cost.measured
    assert cost.how.startswith("Estimated")
    assert cost.joules == pytest.approx(20 * cost.processor_seconds)
    assert cost.kwh() == pytest.approx(cost.joules / 3.6e6)
    assert cost.price(2.0) == pytest.approx(2 * cost.kwh())
    assert cost.emissions(100.0) == pytest.approx(100 * cost.kwh())


@pytest.mark.parametrize(
    ("before", "after", "joules"), [(2_000_000, 5_000_000, 3.0), (9_000_000, 1_000_000, 2.0)]
)
def test_energy_is_the_difference_of_the_counters(tmp_path, before, after, joules):
    """Simulated: these machines do not let us read theirs. The second counter passes its end at 10 J."""
    counter = tmp_path / "energy_uj"
    counter.write_text(f"{before}\n")
    (tmp_path / "max_energy_range_uj").write_text("10000000\n")
    with u10.CostMeter(overhead=1.5, counters=[counter]) as meter:
        counter.write_text(f"{after}\n")
    assert meter.cost.measured
    assert meter.cost.joules == pytest.approx(1.5 * joules)


@pytest.fixture
def run_file(tmp_path):
    result = {"unit": "u02", "experiment": "softmax", "title": "Softmax", "book": "§3.3", "backend": "jax", "seed": 3,
              "mode": "quick", "data": [{"name": "digits"}], "metrics": {"test_accuracy": 0.9567}}  # fmt: skip
    file = tmp_path / "result.json"
    file.write_text(json.dumps({"started": "2026-11-27T10:00:00+00:00", "results": [result]}))
    return file


def test_a_card_takes_its_numbers_from_the_record(run_file):
    record = u10.recorded(run_file.parent, "u02/softmax")
    with u10.CostMeter(counters=[]) as meter:
        pass
    card = u10.model_card(
        record, "Teaching.", "anything else.", {"digit 8": {"accuracy": 0.9}}, ["It errs."], meter.cost
    )
    for text in ("# Model card: Softmax", "| test_accuracy | 0.9567 |", "digits", "seed 3", "Not for: anything else.",
                 "| digit 8 | 0.9 |", "- It errs.", "Estimated"):  # fmt: skip
        assert text in card
    bare = u10.model_card(record, "Teaching.", "anything else.")
    for text in ("Nobody has measured", "does not mean that there are none", "It was not measured."):
        assert text in bare


def test_a_card_without_a_record_is_refused(run_file):
    with pytest.raises(ValueError, match="it has u02/softmax"):
        u10.recorded(run_file, "u02/other")
    with pytest.raises(ValueError, match="course run u02/softmax"):
        u10.recorded(run_file.parent / "missing.json", "u02/softmax")
    run = json.loads(run_file.read_text())
    del run["results"][0]["title"]
    run_file.write_text(json.dumps(run))
    with pytest.raises(ValueError, match="without all of its parts"):
        u10.recorded(run_file, "u02/softmax")
    run_file.write_text("[]")
    with pytest.raises(ValueError, match="not the record of a run"):
        u10.recorded(run_file, "u02/softmax")
    record = {"metrics": {}, "title": ""}
    for use, numbers in (("", {"a": 1}), ("Teaching.", {})):
        with pytest.raises(ValueError, match=r"what the model is for|no numbers"):
            u10.model_card(record | {"metrics": numbers}, use, "x")
