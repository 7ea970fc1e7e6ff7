"""Search spaces, halving, Hyperband's table, Bayesian against random search; the networks that a search trains."""

import itertools

import numpy as np
import pytest
from sklearn.datasets import load_digits

import course
from units import u06_tricks_of_the_trade as u06
from units.u06_tricks_of_the_trade import benchmark_functions as functions

SPACE = u06.SearchSpace(
    {
        "rate": u06.Range(1e-3, 10.0, log=True),
        "width": u06.Range(2, 5, whole=True),
        "activation": u06.Choice("tanh", "relu", "gelu"),
        "share": u06.Range(0.0, 0.5),
    }
)


@pytest.mark.backend_independent
def test_a_space_and_its_cube():
    low = {"rate": pytest.approx(1e-3), "width": 2, "activation": "tanh", "share": 0.0}
    high = {"rate": pytest.approx(10.0), "width": 5, "activation": "gelu", "share": 0.5}
    assert SPACE.settings([0, 0, 0, 0]) == low
    assert SPACE.settings([1, 1, 1, 1]) == high
    assert SPACE.settings([0.5] * 4)["rate"] == pytest.approx(0.1)
    points = np.random.default_rng(0).uniform(size=(200, 4))
    expected = [SPACE.point(SPACE.settings(u)) for u in points]
    np.testing.assert_allclose(SPACE.snap(points), expected, atol=1e-12)
    widths = [one["width"] for one in SPACE.sample(4000, np.random.default_rng(1))]
    np.testing.assert_allclose(
        np.bincount(widths)[2:], 1000, atol=120
    )  # the ends are as likely as the others
    whole = u06.Range(1, 64, log=True, whole=True)
    assert [whole.value(whole.place(n)) for n in range(1, 65)] == list(range(1, 65))


@pytest.mark.backend_independent
def test_a_latin_hypercube_and_a_grid():
    places = np.array(
        [SPACE.axes["share"].place(s["share"]) for s in SPACE.spread(8, np.random.default_rng(0))]
    )
    assert sorted(np.floor(8 * places)) == list(range(8))
    grid = SPACE.grid(2)
    assert len(grid) == 2 * 2 * 3 * 2
    assert len({tuple(s.values()) for s in grid}) == 24
    assert len(SPACE.grid({"rate": 3, "width": 9, "share": 1})) == 3 * 4 * 3  # there are only 4 widths


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    "call",
    [
        lambda: u06.Range(1.0, 1.0),
        lambda: u06.Range(0.0, 1.0, log=True),
        lambda: u06.Range(0.5, 2, whole=True),
        lambda: u06.Range(0.0, 1.0).place(2.0),
        lambda: u06.Choice("a"),
        lambda: u06.Choice("a", "a"),
        lambda: u06.Choice("a", "b").place("c"),
        lambda: u06.SearchSpace({}),
        lambda: u06.SearchSpace({"rate": (0, 1)}),
        lambda: SPACE.grid({"rate": 3}),
        lambda: SPACE.grid(0),
        lambda: u06.Search().best,
        lambda: u06.BayesianSearch(SPACE, np.random.default_rng(0), initial=1),
        lambda: u06.rounds(8, 9, promotions=2),
        lambda: u06.rounds(9, 9, eta=1),
        lambda: u06.brackets(0.5),
    ],
)
def test_mistakes_are_one_sentence(call):
    with pytest.raises(ValueError, match=r"\A[^\n]{10,200}\.\Z"):
        call()


@pytest.mark.backend_independent
def test_hyperband_has_the_papers_table():
    """Li et al. (2018), table 1: R = 81, η = 3."""
    assert u06.brackets(81) == [
        [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
        [(34, 3), (11, 9), (3, 27), (1, 81)],
        [(15, 9), (5, 27), (1, 81)],
        [(8, 27), (2, 81)],
        [(5, 81)],
    ]
    assert len(u06.brackets(243)) == 6  # log₃ 243 is 4.999… in floating point
    assert u06.brackets(1) == [[(1, 1)]]
    assert u06.brackets(8, eta=2)[0] == [(8, 1), (4, 2), (2, 4), (1, 8)]
    assert [u06.spent(plan, goes_on=False) for plan in u06.brackets(81)] == [405, 363, 351, 378, 405]
    assert u06.spent([(9, 1), (3, 3), (1, 9)]) == 9 + 3 * 2 + 6


@pytest.mark.backend_independent
@pytest.mark.parametrize("together", [False, True])
def test_halving_promotes_the_best_of_the_latest_round(together):
    # the first round is misled about settings 0: it looks best until the second round
    costs = {1: [0.0, 0.3, np.nan, 0.2, 0.5, 0.9, 0.3, 0.8, 0.7], 3: [0.9, 0.4, 0, 0.3], 9: [0, 0.1, 0, 0.1]}
    asked = []

    def objective(one, budget):
        asked.append((one["i"], budget))
        return costs[budget][one["i"]]

    def many(settings, budget):
        return [objective(one, budget) for one in settings]

    found = u06.successive_halving(
        many if together else objective, [{"i": i} for i in range(9)], 9, together=together
    )
    assert asked == [*((i, 1) for i in range(9)), (0, 3), (3, 3), (1, 3), (3, 9)]
    assert found.best == {"i": 3}
    assert found.best_cost == 0.1  # not the 0.0 of a smaller budget
    assert found.costs[2] == np.inf


@pytest.mark.backend_independent
def test_hyperband_asks_what_its_brackets_say():
    asked = []

    def objective(one, budget):
        asked.append(budget)
        return (one["x"] - 0.3) ** 2 + 1 / budget

    space = u06.SearchSpace({"x": u06.Range(0.0, 1.0)})
    found = u06.hyperband(objective, space, 9, np.random.default_rng(0))
    plan = list(itertools.chain(*u06.brackets(9)))
    assert asked == [budget for n, budget in plan for _ in range(n)]
    assert found.best_cost == min(c for c, b in zip(found.costs, found.budgets, strict=True) if b == 9)


@pytest.mark.backend_independent
def test_grid_and_random_search():
    space = u06.SearchSpace({"x": u06.Range(0.0, 1.0), "y": u06.Range(0.0, 1.0)})
    grid = u06.grid_search(lambda s: (s["x"] - 0.25) ** 2 + s["y"], space, 2)
    assert [tuple(s.values()) for s in grid.settings] == [
        (0.25, 0.25),
        (0.25, 0.75),
        (0.75, 0.25),
        (0.75, 0.75),
    ]
    assert grid.best == {"x": 0.25, "y": 0.25}
    chance = u06.random_search(lambda s: s["x"] or np.nan, space, 20, np.random.default_rng(0))
    assert (np.diff(chance.best_so_far()) <= 0).all()
    assert len({s["x"] for s in chance.settings}) == 20


@pytest.mark.backend_independent
def test_the_functions_have_their_known_minima():
    for x in [(-np.pi, 12.275), (np.pi, 2.275), (9.42477796, 2.475)]:
        value = u06.branin(dict(zip(("x1", "x2"), x, strict=True)))
        assert value == pytest.approx(functions.BRANIN_MINIMUM, abs=1e-6)
        assert value == pytest.approx(0.397887, abs=1e-6)
    at = functions.HARTMANN6_SPACE.settings(functions.HARTMANN6_ARGMIN)
    assert u06.hartmann6(at) == pytest.approx(functions.HARTMANN6_MINIMUM, abs=1e-8)
    assert u06.hartmann6(at) == pytest.approx(-3.32237, abs=1e-5)


@pytest.mark.backend_independent
def test_bayesian_search_is_better_than_chance_and_repeatable():
    """On other seeds than those of the experiment."""
    regrets = []
    for seed in (50, 51, 52):
        ours = u06.bayesian_search(
            u06.branin, functions.BRANIN_SPACE, 18, np.random.default_rng(seed), refit=3
        )
        chance = u06.random_search(u06.branin, functions.BRANIN_SPACE, 18, np.random.default_rng([seed, 1]))
        regrets.append([s.best_cost - functions.BRANIN_MINIMUM for s in (ours, chance)])
    ours, chance = np.log10(regrets).mean(axis=0)
    assert ours < chance - 0.3
    again = u06.bayesian_search(u06.branin, functions.BRANIN_SPACE, 18, np.random.default_rng(52), refit=3)
    assert again.best_cost - functions.BRANIN_MINIMUM == regrets[-1][0]


@pytest.mark.backend_independent
def test_bayesian_search_takes_choices_whole_numbers_and_divergence():
    def objective(s):
        if s["rate"] > 3:
            return np.nan
        return (
            np.log10(s["rate"] / 0.1) ** 2 + (s["width"] - 4) ** 2 + (s["activation"] != "relu") + s["share"]
        )

    found = u06.bayesian_search(objective, SPACE, 26, np.random.default_rng(3), refit=3)
    assert (found.best["width"], found.best["activation"]) == (4, "relu")
    everywhere = u06.bayesian_search(lambda s: np.nan, SPACE, 10, np.random.default_rng(0))
    assert everywhere.costs == [np.inf] * 10


def gradients(W, units, x, y):
    """The cross-entropy's gradients in W, b, W', b' by hand."""
    hidden = np.tanh(x @ W[0] + W[1])
    z = (units * hidden) @ W[2] + W[3]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    delta = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(y)
    back = delta @ W[2].T * units * (1 - hidden**2)
    return x.T @ back, back.sum(0, keepdims=True), (units * hidden).T @ delta, delta.sum(0, keepdims=True)


def test_members_of_a_population_learn_as_they_would_alone():
    """Momentum and decoupled decay, member by member in NumPy."""
    x, y = load_digits(return_X_y=True)
    x, y = (x[:40] / 16).astype("float32"), y[:40].astype("int32")
    rng = np.random.default_rng(0)
    rates, decays, widths = [0.05, 0.2, 1e30], [0.0, 0.1, 0.0], [6, 4, 6]
    model = u06.Population(3, 64, 10, 6)
    model.compile()
    shapes = [(64, 6), (1, 6), (6, 10), (1, 10)]
    states = [[*(0.2 * rng.normal(size=s) for s in shapes), *map(np.zeros, shapes)] for _ in rates]
    model.begin(states, rates, decays, widths)
    model.fit(x, y, batch_size=20, epochs=2, shuffle=False, verbose=0)
    after = model.state()
    assert np.abs(after[0][2]).max() > 1e20  # the third one diverges, and the others do not notice
    for k in (0, 1):
        W, v = list(states[k][:4]), list(states[k][4:])
        for step in range(4):
            rows = slice(0, 20) if step % 2 == 0 else slice(20, 40)
            g = gradients(W, np.arange(6) < widths[k], x[rows], y[rows])
            v = [0.9 * a - rates[k] * b for a, b in zip(v, g, strict=True)]
            W = [p + a - rates[k] * decays[k] * p for p, a in zip(W, v, strict=True)]
        for got, expected in zip(after[:4], W, strict=True):
            np.testing.assert_allclose(got[k], expected, atol=2e-6)


def test_the_loss_of_a_population_is_that_of_all_batches():
    model, rng = u06.Population(2, 3, 3, 4), np.random.default_rng(1)
    model.compile()
    shapes = [(3, 4), (1, 4), (4, 3), (1, 3)]
    model.begin([[rng.normal(size=s) for s in 2 * shapes]] * 2, [0.0, 0.0], [0.0, 0.0], [4, 4])
    x, y = rng.normal(size=(10, 3)).astype("float32"), np.arange(10, dtype="int32") % 3
    whole = model.evaluate(x, y, batch_size=10, verbose=0)
    assert model.evaluate(x, y, batch_size=4, verbose=0) == pytest.approx(whole, rel=1e-5)


def test_a_task_goes_on_or_begins_again():
    d = course.data.load("digits")
    settings = [{"learning_rate": rate, "width": 4} for rate in (0.3, 0.1, 1e-4)]
    task = u06.TrainingTask(d, members=2, width=4, samples=60, batch_size=30)
    first = task(settings, 1)
    assert task.epochs == 3
    assert (first > 0.5).all()
    later = task(settings[:1], 3)
    assert task.epochs == 3 + 2
    assert later[0] < first[0]
    assert 0 <= task.accuracy(settings[0], d.features("test"), d.labels("test")) <= 1
    with pytest.raises(ValueError, match="trained for 3 epochs before"):
        task(settings[:1], 2)
    task.goes_on = False
    task(settings[:1], 2)
    assert task.epochs == 5 + 2
