"""Encoder and decoder: padding changes nothing, nothing comes from later target tokens, greedy and beam translation."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, one_program
from tests.units.u08_sequence.compiling import compiled
from units import u08_sequence as u08
from units.u08_sequence.tokens import END, PAD, START

SOURCE_TOKENS, TARGET_TOKENS, WIDTH, LENGTH, SEQ = 9, 7, 4, 5, 4
MAKE = {
    "none": lambda: u08.LSTMTranslator(SOURCE_TOKENS, TARGET_TOKENS, WIDTH, LENGTH),
    "dot": lambda: u08.LSTMTranslator(SOURCE_TOKENS, TARGET_TOKENS, WIDTH, LENGTH, "dot"),
    "additive": lambda: u08.LSTMTranslator(SOURCE_TOKENS, TARGET_TOKENS, WIDTH, LENGTH, "additive"),
    "transformer": lambda: u08.TransformerTranslator(SOURCE_TOKENS, TARGET_TOKENS, WIDTH, LENGTH, heads=2),
}
SOURCES = np.array([[4, 5, 6, 7], [8, 4, PAD, PAD], [5, PAD, PAD, PAD], [PAD] * SEQ], "int32")
INPUTS = np.array(
    [[START, 4, 5, 6, 4], [START, 5, 5, 4, PAD], [START, 6, PAD, PAD, PAD], [START, 4, 6, 6, 5]], "int32"
)


class Known:
    """A model with random weights, and its logits and attention as one compiled function."""

    def __init__(self, name):
        self.name, self.model = name, MAKE[name]()
        rng = np.random.default_rng(0)
        for v in self.model.trainable_variables:
            v.assign(rng.normal(size=v.shape).astype("float32"))
        bias = np.zeros(TARGET_TOKENS, "float32")
        bias[[PAD, START]] = -100  # training never gives them as an output
        self.model.logits.bias.assign(bias)

        def both(sources, inputs):
            states, weights = self.model.decode(self.model.encode(sources), inputs)
            logits = self.model.logits(states)
            return logits if weights is None else (logits, weights)

        self.compiled = one_program(both)

    def __call__(self, sources, inputs):
        """The logits and the weights of the attention, or None, in NumPy."""
        found = self.compiled(*(ops.convert_to_tensor(np.asarray(a, "int32")) for a in (sources, inputs)))
        found = found if isinstance(found, tuple) else (found, None)
        return [None if a is None else ops.convert_to_numpy(a) for a in found]


# "dot" is compared with its equations below, and "additive" is trained
@pytest.fixture(scope="module", params=["none", "transformer"])
def known(request):
    return Known(request.param)


def test_padding_changes_nothing(known):
    logits, weights = known(SOURCES, INPUTS)
    assert np.isfinite(logits).all()
    more = np.pad(SOURCES, ((0, 0), (0, 2)))
    assert_close(known(more, INPUTS)[0], logits, rtol=1e-4, atol=1e-5)
    # a batch of one without its padding, at last with a source of one token
    for row, length in enumerate((4, 2, 1)):
        alone, _ = known(SOURCES[row : row + 1, :length], INPUTS[row : row + 1])
        assert_close(alone[0], logits[row], rtol=1e-4, atol=1e-5)
    # a source of padding only, beside others and by itself
    assert_close(known(SOURCES[3:, :1], INPUTS[3:])[0][0], logits[3], rtol=1e-4, atol=1e-5)
    if weights is not None:
        true = np.repeat((SOURCES != PAD)[:, None], LENGTH, axis=1)
        assert not weights[~true].any()
        assert_close(weights[:3].sum(-1), np.ones((3, LENGTH)), rtol=1e-5)


def test_padding_of_the_targets_changes_no_true_token(known):
    logits, _ = known(SOURCES, INPUTS)
    for row, length in ((1, 4), (2, 2)):
        other = INPUTS.copy()
        other[row, length:] = 6
        assert_close(known(SOURCES, other)[0][row, :length], logits[row, :length], rtol=1e-4, atol=1e-5)
    assert_close(known(SOURCES[:1], INPUTS[:1, :1])[0][0], logits[0, :1], rtol=1e-4, atol=1e-5)


def test_nothing_comes_from_later_target_tokens(known):
    logits, _ = known(SOURCES, INPUTS)
    for t in (1, 3):
        other = INPUTS.copy()
        other[:, t:] = np.where(INPUTS[:, t:] == 4, 5, 4)
        changed, _ = known(SOURCES, other)
        assert_close(changed[:, :t], logits[:, :t], rtol=1e-4, atol=1e-5)
        assert (np.abs(changed[:, t] - logits[:, t]).max(axis=-1) > 1e-3).all()


def test_every_token_of_the_source_counts(known):
    logits, _ = known(SOURCES, INPUTS)
    for s in range(SEQ):
        other = SOURCES.copy()
        other[0, s] = 8
        changed, _ = known(other, INPUTS)
        assert np.abs(changed[0] - logits[0]).max() > 1e-4
        assert_close(changed[1:], logits[1:], rtol=1e-5, atol=1e-6)


def token_by_token(known, sources):
    """Greedy translation by whole calls, one token after the other; a row of a batch is as it is alone, see above."""
    rows = np.full((len(sources), LENGTH), PAD)
    inputs = np.full((len(sources), LENGTH), PAD)
    inputs[:, 0], over = START, np.zeros(len(sources), bool)
    for t in range(LENGTH):
        rows[:, t] = np.where(over, PAD, known(sources, inputs)[0][:, t].argmax(axis=-1))
        over |= rows[:, t] == END
        inputs[:, t + 1 : t + 2] = np.where(over, PAD, rows[:, t])[:, None]
    return rows


def test_greedy_translation_is_a_loop(known):
    bias = known.model.logits.bias
    before = ops.convert_to_numpy(bias)
    ends = set()
    for extra in (0.0, 1.5):  # so that some rows end early
        changed = before.copy()
        changed[END] += extra
        bias.assign(changed)
        expected = token_by_token(known, SOURCES)
        assert known.model.predict(SOURCES, verbose=0).tolist() == expected.tolist()
        ends |= {tuple(row == END).index(True) if END in row else LENGTH for row in expected}
    bias.assign(before)
    assert len(ends) > 1


class Words:
    """A tokenizer that shows the numbers."""

    def decode(self, ids):
        return " ".join(str(i) for i in ids if i not in (START, END, PAD))


def test_beam_search_finds_what_enumeration_finds(known):
    """With a beam as wide as there are beginnings it is exact; with one of 1 it is the greedy translation."""
    model, sources = known.model, SOURCES[:2]
    greedy = [Words().decode(row) for row in model.predict(SOURCES, verbose=0)[:2]]
    assert u08.beam_translations(model, sources, Words(), width=1, alpha=0.0) == greedy
    with pytest.raises(ValueError, match="sources holds 99"):  # on JAX its vector would be NaN
        u08.beam_translations(model, np.array([[99]]), Words())
    # all sequences of at most three tokens
    model.length, before = 3, model.length
    try:
        found = u08.beam_translations(model, sources, Words(), width=16, alpha=0.0)
    finally:
        model.length = before
    tokens = [t for t in range(TARGET_TOKENS) if t not in (PAD, START, END)]
    beginnings = [[a, b] for a in tokens for b in tokens]
    for n in range(2):
        rows = np.array([[START, *b] for b in beginnings])
        logits, _ = known(np.repeat(sources[n : n + 1], len(rows), axis=0), rows)
        log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        total = {"": log_p[0, 0, END]}
        for i, (a, b) in enumerate(beginnings):
            total[f"{a}"] = log_p[i, 0, a] + log_p[i, 1, END]
            total[f"{a} {b}"] = log_p[i, 0, a] + log_p[i, 1, b] + log_p[i, 2, END]
            for c in tokens:  # cut off
                total[f"{a} {b} {c}"] = log_p[i, 0, a] + log_p[i, 1, b] + log_p[i, 2, c]
        assert found[n] == max(total, key=total.get)


def test_the_equations_of_dot_attention_in_a_loop():
    known = Known("dot")
    model, logits = known.model, known(SOURCES[:2], INPUTS[:2])[0]

    def numbers(layer):
        return [ops.convert_to_numpy(v) for v in layer.weights]

    def lstm(weights, x, h, c):
        kernel, recurrent, bias = weights
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        return np.tanh(c) / (1 + np.exp(-o)), c

    (source,), (target,) = numbers(model.source_embedding), numbers(model.target_embedding)
    encoder, decoder = numbers(model.encoder), numbers(model.decoder)
    (W_o, b_o), (W, b), (W_c, b_c) = (numbers(d) for d in (model.combine, model.logits, model.bridge))
    for n, length in enumerate((4, 2)):
        h = c = np.zeros(WIDTH)
        keys = []
        for token in SOURCES[n, :length]:
            h, c = lstm(encoder, source[token], h, c)
            keys.append(h)
        keys, c = np.array(keys), h @ W_c + b_c
        for t, token in enumerate(INPUTS[n]):
            h, c = lstm(decoder, target[token], h, c)
            p = np.exp(keys @ h / WIDTH**0.5)
            found = p / p.sum() @ keys
            expected = np.tanh(np.concatenate([h, found]) @ W_o + b_o) @ W + b
            assert_close(logits[n, t], expected, rtol=1e-3, atol=1e-4)


def test_the_loss_is_the_mean_over_true_tokens():
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(3, 4, 6)).astype("float32")
    targets = np.array([[3, 4, 2, PAD], [5, 2, PAD, PAD], [PAD] * 4], "int32")
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    each = [-np.log(p[n, t, targets[n, t]]) for n in range(3) for t in range(4) if targets[n, t] != PAD]
    value, number = u08.token_cross_entropy(logits, targets)
    assert_close(value, np.mean(each), rtol=1e-5)
    assert float(number) == len(each) == 5
    nothing, number = u08.token_cross_entropy(logits[2:], targets[2:])
    assert float(nothing) == float(number) == 0


def test_training_and_evaluation():
    """``evaluate`` is the mean over all tokens, however they are divided into batches; ``fit`` learns, and saves."""
    rng = np.random.default_rng(0)
    sources = rng.integers(4, SOURCE_TOKENS, size=(24, 3)).astype("int32")
    targets = np.array(
        [[START, *(4 + row % 3)[: 1 + n % 3], END] + [PAD] * (2 - n % 3) for n, row in enumerate(sources)]
    )
    model = u08.LSTMTranslator(SOURCE_TOKENS, TARGET_TOKENS, 8, 4, "additive", dropout=0.1)
    model.compile(keras.optimizers.Adam(0.03))
    cost = compiled(lambda x, y: u08.token_cross_entropy(model((x, y[:, :-1])), y[:, 1:])[0])
    before = cost(sources, targets)
    assert_close(model.evaluate(sources, targets, batch_size=16, verbose=0), before, rtol=1e-4)
    model.fit(sources, targets, batch_size=8, epochs=12, verbose=0)
    after = model.evaluate(sources, targets, batch_size=16, verbose=0)
    assert after < 0.6 * before


@pytest.mark.parametrize("name", ["additive", "transformer"])
def test_translators_are_saved(tmp_path, name):
    model = MAKE[name]()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for a, b in zip(model.weights, again.weights, strict=True):
        assert np.array_equal(a, b)
    assert again.get_config() == model.get_config()
    assert again.get_config()["length"] == LENGTH


def test_token_pairs():
    english, french = u08.WordTokenizer(["we love", "we love music"]), u08.WordTokenizer(["nous l'aimons"])
    sources, targets = u08.token_pairs([("we love music", "nous l'aimons"), ("we", "nous")], english, french)
    assert sources.tolist() == [[5, 4, 6], [5, PAD, PAD]]
    assert [french.decode(row) for row in targets] == ["nous l'aimons", "nous"]
    assert targets.shape == (2, 5)
    assert u08.token_pairs([("we", "nous")], english, french, (4, 6))[1].shape == (1, 6)


@pytest.mark.backend_independent
def test_subwords_know_every_word():
    tokenizer = u08.SubwordTokenizer(["nous aimons", "nous aimons l'été", "vous aimez l'été"], 272)
    assert len(tokenizer) == len(tokenizer.vocabulary) == 272
    for text in ("nous aimons l'été", "xylophone œuf", ""):
        ids = tokenizer.encode(text, ends=True)
        assert (ids[0], ids[-1]) == (START, END)
        assert min(ids[1:-1], default=4) >= 4
        assert tokenizer.decode([*ids, PAD, 40]) == text  # what stands after END is left out
    nous = tokenizer.encode("nous")  # the same tokens at the beginning as later
    assert nous == tokenizer.encode("vous nous")[-len(nous) :]
    # three merges are enough for a word that is the first one of both texts
    assert len(u08.SubwordTokenizer(["tom", " tom "], 263).encode("tom")) == 1


@pytest.mark.backend_independent
def test_no_source_is_in_both_parts():
    pairs = [(f"source {i % 7}", f"target {i}") for i in range(20)]
    train, test = u08.split_by_source(pairs, 3, seed=1)
    assert len(test) == 3
    assert len({source for source, _ in test} | {source for source, _ in train}) == 7
    assert not {source for source, _ in test} & {source for source, _ in train}
    assert all(target == f"target {source.split()[1]}" for source, target in test)  # the first translation
    assert [pair for pair in pairs if pair in train] == train
    assert u08.split_by_source(pairs, 3, seed=2)[1] != test


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: u08.LSTMTranslator(9, 7, 0, 5), "width must be a positive whole number"),
        (lambda: u08.LSTMTranslator(9, 7, 4, 5, "sum"), "attention is None"),
        (lambda: u08.TransformerTranslator(9, 7, 4, 5, blocks=0), "blocks must be at least 1"),
        (lambda: u08.TransformerTranslator(9, 7, 4, 5, heads=3), "heads must divide"),
        (lambda: u08.TransformerTranslator(9, 7, 3, 5, heads=1)(2 * [SOURCES]), "must be even"),
        (lambda: u08.SubwordTokenizer(["we"], 259), "size must be at least 260"),
        (lambda: u08.split_by_source([("we", "nous")], 1), "test must be between"),
        (lambda: u08.EncoderDecoder(9, 7, 4, 5).encode(SOURCES), "needs a method encode"),
        (lambda: u08.EncoderDecoder(9, 7, 4, 5).decode([], INPUTS), "needs a method decode"),
        (lambda: trained(SOURCES, None), "START and END included"),
        (lambda: trained(SOURCES, INPUTS[:, :1]), "START and END included"),
        (lambda: trained(SOURCES, INPUTS, sample_weight=np.ones(4)), "leave sample_weight out"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises((ValueError, NotImplementedError), match=message):
        wrong()


def trained(*data, **options):
    model = MAKE["none"]()
    model.compile("adam")
    model.fit(*data, verbose=0, **options)
