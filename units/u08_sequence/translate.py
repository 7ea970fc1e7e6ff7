"""Sentences in, sentences out: batches for a translator, greedy translation and beam search (§7.4)."""

import numpy as np
from keras import ops

import course
from units.u08_sequence.beam_search import beam_search
from units.u08_sequence.tokens import END, PAD, START, padded


def token_pairs(pairs, source_tokenizer, target_tokenizer, steps=None):
    """Pairs of sentences as two arrays of tokens.

    Args:
        pairs: a list of (source, target), strings.
        source_tokenizer, target_tokenizer: with ``encode``, such as ``WordTokenizer``.
        steps: lengths of the rows of both arrays, a pair of integers; None for the longest ones.

    Returns:
        sources, int32 (batch, seq), without start and end; and targets, int32 (batch, steps), with both.
    """
    seq, steps = steps or (None, None)
    sources = padded([source_tokenizer.encode(source) for source, _ in pairs], seq)
    return sources, padded([target_tokenizer.encode(target, ends=True) for _, target in pairs], steps)


def greedy_translations(model, sources, tokenizer, batch_size=256):
    """The texts that ``model.predict`` writes for sources (batch, seq)."""
    tokens = model.predict(sources, batch_size=batch_size, verbose=0)
    return [tokenizer.decode(row) for row in tokens]


def beam_translations(model, sources, tokenizer, width=4, alpha=0.6):
    """The best texts that beam search finds.

    All calls have the shapes (``width``, seq) and (``width``, ``model.length``), however many beginnings there are and
    however long they are, so that the decoder is compiled once.

    Args:
        model: an ``EncoderDecoder``.
        sources: token numbers, shape (batch, seq).
        tokenizer: of the target.
        width, alpha: see ``beam_search``.

    Returns:
        One text for each source.

    Raises:
        ValueError: a source holds a token that the model does not know.
    """
    model.check_inputs(sources)
    encode = course.compiled(lambda sources: model.encode(sources))

    @course.compiled
    def next_log_p(memory, tokens, t):
        states, _ = model.decode(memory, tokens)
        return ops.log_softmax(model.logits(ops.take(states, t, axis=1)), axis=-1)

    texts = []
    for row in sources:
        memory = encode(ops.convert_to_tensor(np.repeat(row[None], width, axis=0)))

        def lengthened(beginnings, memory=memory):
            beams, steps = beginnings.shape
            tokens = np.full((width, model.length), PAD, "int32")
            tokens[:beams, :steps] = beginnings
            log_p = next_log_p(memory, ops.convert_to_tensor(tokens), ops.convert_to_tensor(steps - 1))
            return ops.convert_to_numpy(log_p)[:beams]

        best = beam_search(lengthened, START, END, width, model.length, alpha)
        texts.append(tokenizer.decode(best[0].tokens))
    return texts


def split_by_source(pairs, test, seed=0):
    """Divide pairs so that no source is in both parts: with several translations of a sentence a model knew the test.

    Args:
        pairs: a list of (source, target), strings.
        test: number of different sources in the test part.
        seed: of the order in which sources are drawn.

    Returns:
        The training pairs, with all translations, and the test pairs, with the first translation of each source.

    Raises:
        ValueError: there are not more different sources than ``test``.
    """
    sources = sorted({source for source, _ in pairs})
    if not 0 < test < len(sources):
        raise ValueError(
            f"test must be between 1 and {len(sources) - 1}, one less than the different sources."
        )
    held = {sources[i] for i in np.random.default_rng(seed).permutation(len(sources))[:test]}
    first = {}
    for source, target in pairs:
        if source in held:
            first.setdefault(source, target)
    return [pair for pair in pairs if pair[0] not in held], list(first.items())
