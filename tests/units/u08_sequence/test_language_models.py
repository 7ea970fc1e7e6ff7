"""n-grams, samplers, beam search, speculative decoding and BLEU: against sums, enumeration and sacrebleu."""

import itertools

import numpy as np
import pytest
from keras import ops
from scipy import stats

import course.data
from course.data.generated.verses import nats_per_character
from units.u08_sequence.beam_search import beam_search
from units.u08_sequence.bleu import bleu
from units.u08_sequence.character_tokenizer import CharacterTokenizer
from units.u08_sequence.ngram_model import NGramModel
from units.u08_sequence.samplers import greedy, sample, top_k, top_p
from units.u08_sequence.speculative_decoding import accept, expected_tokens, speculative_step

INF = float("inf")


@pytest.mark.backend_independent
def test_kneser_ney_by_hand():
    # a b a b c: bigrams ab 2, ba 1, bc 1; δ = 0.5
    model = NGramModel(2, 3, 0.5).fit([0, 1, 0, 1, 2])
    # tokens seen before: a after b, b after a, c after b: each one kind, of 3 kinds
    unigram = (1 - 0.5) / 3 + 0.5 * 3 / 3 / 3
    np.testing.assert_allclose(model.distribution([]), unigram)
    np.testing.assert_allclose(model.distribution([1]), [0.5 / 2 + 0.5 / 3, 0.5 / 3, 0.5 / 2 + 0.5 / 3])
    np.testing.assert_allclose(model.distribution([0]), [0.25 / 3, 1.5 / 2 + 0.25 / 3, 0.25 / 3])
    np.testing.assert_allclose(model.distribution([2]), 1 / 3)  # c was never followed by anything
    np.testing.assert_allclose(model.cross_entropy([1, 2]), -np.log(0.25 + 1 / 6))


@pytest.mark.backend_independent
def test_a_frequent_word_with_one_neighbour_is_unlikely_elsewhere():
    # "1" occurs ten times but only after 0; "2" occurs three times, after three others
    ids = [0, 1] * 10 + [3, 2, 4, 2, 5, 2]
    model = NGramModel(2, 7).fit(ids)
    p = model.distribution([6])
    assert p[2] > 1.5 * p[1]


@pytest.mark.backend_independent
@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_distributions_sum_to_one(order):
    rng = np.random.default_rng(0)
    model = NGramModel(order, 6).fit(rng.integers(5, size=200))
    for context in ([], [5], [5, 5, 5, 5], rng.integers(5, size=9).tolist()):
        p = model.distribution(context)
        assert p.min() > 0
        np.testing.assert_allclose(p.sum(), 1)


@pytest.mark.backend_independent
def test_longer_contexts_come_close_to_the_entropy_of_verses_and_never_below():
    text = course.data.load("verses", n=3000).text()
    ids = CharacterTokenizer(text).encode(text)
    whole = len(ids) * 9 // 10
    costs = [
        NGramModel(n, 40).fit(ids[:whole]).cross_entropy(ids[whole : whole + 4000]) for n in (1, 2, 4, 8)
    ]
    assert np.all(np.diff(costs) < 0)
    assert nats_per_character() < costs[-1] < 2 * nats_per_character()


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NGramModel(0, 3), "order"),
        (lambda: NGramModel(2, 3, 1.0), "discount"),
        (lambda: NGramModel(3, 3).fit([0, 1]), "has no 3-gram"),
        (lambda: NGramModel(1, 3).fit([0, 3]), "from 0 to 2"),
        (lambda: NGramModel(3, 3).fit([0, 1, 2]).cross_entropy([0, 1]), "too short"),
    ],
)
def test_ngrams_refuse(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def kept(masked):
    return np.isfinite(ops.convert_to_numpy(masked))


def test_top_k_and_top_p_keep_the_right_tokens():
    logits = np.log(np.array([[0.1, 0.4, 0.2, 0.3], [0.25, 0.25, 0.25, 0.25]], "float32"))
    np.testing.assert_array_equal(kept(top_k(logits, 2)), [[0, 1, 0, 1], [1, 1, 1, 1]])
    np.testing.assert_array_equal(kept(top_k(logits, 9)), np.ones((2, 4)))
    for p, expected in (
        (0.01, [0, 1, 0, 0]),
        (0.45, [0, 1, 0, 1]),
        (0.75, [0, 1, 1, 1]),
        (1.0, [1, 1, 1, 1]),
    ):
        np.testing.assert_array_equal(kept(top_p(logits, p))[0], expected)
    assert kept(top_p(logits, 0.5)).sum(1).tolist() == [2, 2]
    # the first token alone has the sum 1 in float32, and p = 1 keeps the others all the same
    assert kept(top_p(np.array([[30.0, 0.0, -5.0]], "float32"), 1.0)).all()
    np.testing.assert_array_equal(ops.convert_to_numpy(greedy(logits)), [1, 0])
    values = ops.convert_to_numpy(top_k(logits, 2))
    np.testing.assert_allclose(values[0, [1, 3]], logits[0, [1, 3]])


def test_samples_have_the_distribution():
    p = np.array([0.5, 0.2, 0.3])
    logits = np.tile(np.log(p), (6000, 1)).astype("float32")
    for options, expected in (
        ({}, p),
        ({"temperature": 0.5}, p**2 / (p**2).sum()),
        ({"k": 2}, [0.625, 0, 0.375]),
        (
            {"temperature": 2.0, "p": 0.7},
            [0.5**0.5 / (0.5**0.5 + 0.3**0.5), 0, 0.3**0.5 / (0.5**0.5 + 0.3**0.5)],
        ),
    ):
        drawn = ops.convert_to_numpy(sample(logits, **options, seed=3))
        assert drawn.dtype == np.int32
        found, expected = np.bincount(drawn, minlength=3) / len(drawn), np.asarray(expected)
        np.testing.assert_array_equal(found[expected == 0], 0)
        np.testing.assert_allclose(found, expected, atol=0.025)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: top_k(np.zeros((1, 3)), 0), "k must be"),
        (lambda: top_p(np.zeros((1, 3)), 0.0), "p must lie"),
        (lambda: sample(np.zeros((1, 3)), temperature=0.0), "use greedy"),
    ],
)
def test_samplers_refuse(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def log_p_after(prefix, seed):
    """A language model without structure: every beginning has a distribution of its own."""
    return np.log(np.random.default_rng([seed, *prefix]).dirichlet(np.ones(4)))


def every_sequence(seed, length):
    """All sequences of tokens 0 to 3 that end with 1, or are cut off, with their log-probability."""
    found = {}
    for n in range(1, length + 1):
        for tokens in itertools.product(range(4), repeat=n):
            if (1 in tokens and tokens.index(1) == n - 1) or (1 not in tokens and n == length):
                found[tokens] = sum(log_p_after((0, *tokens[:i]), seed)[tokens[i]] for i in range(n))
    return found


@pytest.mark.backend_independent
@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_finds_what_enumeration_finds(seed):
    best = sorted(every_sequence(seed, 3).items(), key=lambda item: -item[1])

    def search(**options):
        def next_log_p(beams):
            return [log_p_after(beam, seed) for beam in beams]

        return beam_search(next_log_p, 0, 1, width=100, length=3, **options)

    assert [tuple(h.tokens) for h in search()] == [tokens for tokens, _ in best]
    np.testing.assert_allclose([h.log_p for h in search()], [log_p for _, log_p in best])
    assert tuple(search(alpha=1.0)[0].tokens) == max(best, key=lambda item: item[1] / len(item[0]))[0]


@pytest.mark.backend_independent
def test_a_beam_of_one_is_greedy_and_a_wider_one_can_be_better():
    table = np.log([[1e-9, 1e-9, 0.6, 0.4], [0.25] * 4, [1e-9, 0.34, 0.33, 0.33], [1e-9, 0.98, 0.01, 0.01]])
    greedy_one, wide = (beam_search(lambda b: table[b[:, -1]], 0, 1, w, 2)[0] for w in (1, 2))
    assert (greedy_one.tokens, wide.tokens) == ([2, 1], [3, 1])
    assert wide.log_p > greedy_one.log_p
    impossible = np.full((2, 2), -INF)
    impossible[:, 0] = 0
    assert [h.tokens for h in beam_search(lambda b: impossible[b[:, -1]], 0, 1, 3, 2)] == [[0, 0]]
    with pytest.raises(ValueError, match="at least 1"):
        beam_search(lambda b: b, 0, 1, 0, 2)


@pytest.mark.backend_independent
def test_accepted_or_drawn_again_the_token_has_the_target_distribution():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(5)), rng.dirichlet(np.ones(5))
    found = [accept(p, q, rng.choice(5, p=q), rng) for _ in range(20000)]
    counts = np.bincount([token for token, _ in found], minlength=5)
    assert stats.chisquare(counts, 20000 * p).pvalue > 1e-3
    assert stats.chisquare(counts, 20000 * q).pvalue < 1e-6  # and not the draft's
    assert np.mean([kept for _, kept in found]) == pytest.approx(np.minimum(p, q).sum(), abs=0.012)
    sure = np.array([0.0, 1.0])
    assert accept(sure, np.array([1.0, 0.0]), 0, rng) == (1, False)
    assert accept(sure, sure, 1, rng) == (1, True)


@pytest.mark.backend_independent
def test_speculative_steps_draw_from_the_target():
    rng = np.random.default_rng(1)
    target, draft = rng.dirichlet(np.ones(3), size=3), rng.dirichlet(np.ones(3) * 2, size=3)

    def all_targets(context, drafted):
        return target[[context[-1], *drafted]]

    pairs, lengths = np.zeros((3, 3)), []
    for _ in range(8000):
        tokens = [0]
        while len(tokens) < 3:
            new = speculative_step(all_targets, lambda ids: draft[ids[-1]], tokens, 2, rng)
            lengths.append(len(new))
            tokens += new
        pairs[tokens[1], tokens[2]] += 1
    expected = target[0][:, None] * target
    assert stats.chisquare(pairs.ravel(), 8000 * expected.ravel()).pvalue > 1e-3
    assert set(lengths) == {1, 2, 3}


@pytest.mark.backend_independent
def test_speculative_steps_take_the_rounded_distributions_of_networks():
    rng = np.random.default_rng(3)

    def rounded(rows):
        p = rng.dirichlet(np.full(2000, 0.1), size=rows).astype("float32")
        return p * np.float32(1 + 1e-6)  # the sum differs from 1 as that of a softmax in float32 may

    for _ in range(20):
        new = speculative_step(lambda c, d: rounded(len(d) + 1), lambda c: rounded(1)[0], [0], 2, rng)
        assert 1 <= len(new) <= 3


@pytest.mark.backend_independent
@pytest.mark.parametrize("k", [0, 1, 4])
def test_expected_tokens(k):
    rng = np.random.default_rng(2)
    p, q = np.array([0.7, 0.3]), np.array([0.4, 0.6])
    a = np.minimum(p, q).sum()
    found = [
        len(speculative_step(lambda c, d: np.tile(p, (k + 1, 1)), lambda c: q, [0], k, rng))
        for _ in range(6000)
    ]
    assert np.mean(found) == pytest.approx(expected_tokens(a, k), abs=0.06)
    assert expected_tokens(1.0, k) == k + 1


@pytest.mark.backend_independent
def test_bleu_is_that_of_sacrebleu():
    from sacrebleu.metrics import BLEU

    judge = BLEU(tokenize="none", smooth_method="none", force=True)
    rng = np.random.default_rng(0)
    words = np.array(["le", "la", "les", "chat", "chien", "mange", "voit", "grand", "petit", "pas"])
    for _ in range(20):
        references = [" ".join(rng.choice(words, size=rng.integers(4, 12))) for _ in range(5)]
        candidates = [
            " ".join(w for w in reference.split() if rng.uniform() < 0.9) + " chat" * rng.integers(3)
            for reference in references
        ]
        expected = judge.corpus_score(candidates, [references]).score
        np.testing.assert_allclose(bleu(candidates, references), expected, rtol=1e-9)
    assert bleu(["a b c d"], ["a b c d"]) == pytest.approx(100)
    assert bleu(["a b c"], ["a b c"]) == 0  # no 4-gram
    assert bleu(["a b c d"], ["a b c d e f"]) == pytest.approx(100 * np.exp(-0.5))
    with pytest.raises(ValueError, match="at least one"):
        bleu([], [])
