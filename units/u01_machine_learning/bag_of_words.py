"""Text as numbers: word numbers keep the order, a bag of words keeps the counts (§2.1)."""

import numpy as np


def vocabulary(sentences):
    """List the different words of all sentences in alphabetical order.

    Example:
        >>> vocabulary(["a good film", "good acting"])
        ['a', 'acting', 'film', 'good']
    """
    return sorted({word for sentence in sentences for word in str(sentence).split()})


def token_ids(sentences, words, length):
    """Number the words; cut or fill every sentence to one length.

    word v_k ↦ k + 1;   0 fills the end;   an unknown word has the number V + 1

    Args:
        sentences: texts whose words are separated by spaces, length ``batch``.
        words: the vocabulary v_0, …, v_{V−1}.
        length: how many words to keep of each sentence.

    Returns:
        int32, shape (batch, seq).

    Example:
        >>> token_ids(["good film", "bad film and long"], ["film", "good"], length=3)
        array([[2, 1, 0],
               [3, 1, 3]], dtype=int32)
    """
    number = {word: k + 1 for k, word in enumerate(words)}
    ids = np.zeros((len(sentences), length), "int32")
    for i, sentence in enumerate(sentences):
        kept = str(sentence).split()[:length]
        ids[i, : len(kept)] = [number.get(word, len(number) + 1) for word in kept]
    return ids


def bag_of_words(sentences, words):
    """Count each word of the vocabulary in each sentence; the order of the words is lost.

    x_ik = #{places in sentence i that hold the word v_k}

    Args:
        sentences: texts whose words are separated by spaces, length ``batch``.
        words: the vocabulary; other words are not counted.

    Returns:
        float32 counts, shape (batch, features).

    Example:
        >>> bag_of_words(["good good film", "film"], ["film", "good"])
        array([[1., 2.],
               [1., 0.]], dtype=float32)
    """
    place = {word: k for k, word in enumerate(words)}
    counts = np.zeros((len(sentences), len(place)), "float32")
    for i, sentence in enumerate(sentences):
        for word in str(sentence).split():
            if word in place:
                counts[i, place[word]] += 1
    return counts
