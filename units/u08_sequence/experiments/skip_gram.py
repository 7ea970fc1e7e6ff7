"""Words that occur in the same places get similar vectors: neighbours by the word classes of a grammar (§7.1)."""

import keras
import numpy as np

from course.data.generated.translation import ADJECTIVES, NOUNS, VERBS
from course.figures import COLOURS
from units.u08_sequence.skip_gram import SkipGram, kept_share, nearest, noise_distribution, skip_pairs
from units.u08_sequence.tokens import END
from units.u08_sequence.word_tokenizer import WordTokenizer

CLASSES = {
    "verb, i love": ([verb[0] for verb in VERBS], "blue", "o"),
    "verb, he loves": ([verb[1] for verb in VERBS], "sky", "s"),
    "noun": ([noun[0].split()[-1] for noun in NOUNS], "green", "^"),
    "adjective": ([adjective[0] for adjective in ADJECTIVES[1:]], "red", "D"),
    "pronoun": (["i", "he", "she", "we", "you", "they"], "orange", "v"),
}
WINDOW, WIDTH, NEGATIVES = 2, 16, 5


def pointwise_information(pairs, noise, words):
    """log( p(w, s) / (p(w) q(s)) ) − log k of all pairs of words, and how often each was seen."""
    seen = np.zeros((words, words))
    np.add.at(seen, tuple(pairs.T), 1)
    expected = seen.sum(axis=1, keepdims=True) * noise
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(seen) - np.log(expected) - np.log(NEGATIVES), seen


def run(r):
    texts = [english for english, _ in r.data().pairs("train")]
    tokenizer = WordTokenizer(texts)
    ids = np.concatenate([[*tokenizer.encode(text), END] for text in texts])
    counts = np.bincount(ids, minlength=len(tokenizer))
    counts[END] = 0
    kept = kept_share(counts, 0.02)
    ids = ids[(ids == END) | (r.rng.uniform(size=len(ids)) < kept[ids])]
    pairs, noise = skip_pairs(ids, WINDOW, separator=END), noise_distribution(counts)
    model = SkipGram(noise, WIDTH, NEGATIVES, seed=r.seed)
    steps = r.pick(quick=3, full=20) * -(-len(pairs) // 128)
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.02, steps)))
    cost = model.fit(pairs, batch_size=128, epochs=r.pick(quick=3, full=20), verbose=0).history["loss"]
    r.log(f"{len(pairs)} pairs of {len(tokenizer)} tokens; cost {cost[0]:.3f} → {cost[-1]:.3f}")

    u, number = model.vectors(), {word: i for i, word in enumerate(tokenizer.vocabulary)}
    of = {number[word]: name for name, (members, _, _) in CLASSES.items() for word in members}
    same = [of.get(other) == name for word, name in of.items() for other in nearest(u, word, 3)[0]]
    chance = np.mean([(list(of.values()).count(name) - 1) / (len(counts) - 1) for name in of.values()])
    r.metric("share_of_neighbours_in_the_same_class", np.mean(same))
    r.metric("share_by_chance", chance)
    rows = []
    for word in ("love", "loves", "network", "deep", "she"):
        near, cosines = nearest(u, number[word], 3)
        rows.append(
            [word, *(f"{tokenizer.vocabulary[i]} {c:.2f}" for i, c in zip(near, cosines, strict=True))]
        )
    r.table(["word", "nearest", "second", "third"], rows, "Nearest neighbours, with their cosines")

    wanted, seen = pointwise_information(pairs, noise, len(tokenizer))
    often = seen >= 20
    v = keras.ops.convert_to_numpy(model.neighbours.embeddings)
    products = (u @ v.T)[often]
    r.metric("correlation_with_information", np.corrcoef(products, wanted[often])[0, 1])
    _, (left, right) = r.figure("vectors", 1, 2, size=(10, 4.4))
    words = np.array(list(of))
    centred = u[words] - u[words].mean(axis=0)
    plane = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    for name, (_, colour, marker) in CLASSES.items():
        points = plane[[of[w] == name for w in words]]
        left.plot(points[:, 0], points[:, 1], marker, color=COLOURS[colour], label=name)
    left.set(title="Word vectors", xlabel="first principal component", ylabel="second")
    left.legend(loc="best")
    right.plot(wanted[often], products, ".", color=COLOURS["blue"], label="pairs seen 20 times or more")
    ends = np.array([wanted[often].min(), wanted[often].max()])
    right.plot(ends, ends, "--", color=COLOURS["grey"], label="equal")
    right.set(title="What the products become", xlabel="information of the pair − log k", ylabel="u · v")
    right.legend(loc="upper left")
