"""Characters, words, byte pairs: how many tokens a text needs, and how large the vocabulary is (§7.1)."""

import numpy as np

from course import figures
from units.u08_sequence.byte_pair_tokenizer import BytePairTokenizer
from units.u08_sequence.character_tokenizer import CharacterTokenizer
from units.u08_sequence.word_tokenizer import WordTokenizer

SENTENCE = "we love deep learning"


def run(r):
    d = r.data()
    train, test = ("\n".join(a + "\n" + b for a, b in d.pairs(split)) for split in ("train", "test"))
    sizes = r.pick(quick=(256, 280, 320, 400, 520, 700), full=(256, 300, 400, 600, 1000, 2000))
    largest = BytePairTokenizer(train, sizes[-1])
    per_token = [len(test.encode()) / len(largest.shortened(size).encode(test)) for size in sizes]
    words, characters = WordTokenizer([train]), CharacterTokenizer(train)
    r.metric("bytes_per_token_at_the_start", per_token[0])
    r.metric("bytes_per_token_at_the_end", per_token[-1])
    r.metric(
        "share_of_one_byte_tokens", np.mean([len(largest.vocabulary[i]) == 1 for i in largest.encode(test)])
    )
    rows = [
        ["characters", len(characters), f"{len(test) / len(characters.encode(test)):.2f}"],
        ["words", len(words), f"{len(test) / len(words.encode(test)):.2f}"],
        *(
            [f"byte pairs, {size - 256} merges", size, f"{n:.2f}"]
            for size, n in zip(sizes, per_token, strict=True)
        ),
    ]
    r.table(
        ["tokens", "size of the vocabulary", "characters (bytes) a token"],
        rows,
        title=f"Test sentences of {d.name}",
    )
    new = largest.encode("we love machine translation")
    r.log("A sentence with a new word: " + "|".join(largest.decode([i]) for i in new))

    _, (ax, cut) = r.figure("tokens", 1, 2, size=(11, 3.8), gridspec_kw={"width_ratios": [2, 3]})
    ax.semilogx(sizes, per_token, "o-", color=figures.COLOURS["blue"], label="byte pairs")
    ax.plot(
        len(words), len(test) / len(words.encode(test)), "s", color=figures.COLOURS["orange"], label="words"
    )
    ax.plot(len(characters), 1, "^", color=figures.COLOURS["green"], label="characters")
    ax.set(
        title="Length against vocabulary",
        xlabel="size of the vocabulary",
        ylabel="characters (bytes) a token",
    )
    ax.set_xticks([32, 64, 128, 256, 512], ["32", "64", "128", "256", "512"], minor=False)
    ax.minorticks_off()
    ax.legend()
    draw_cuts(cut, largest, sizes)


def draw_cuts(ax, tokenizer, sizes):
    """The same sentence, cut into tokens after more and more merges."""
    for row, size in enumerate(sizes[::-1]):
        start = 0
        for k, i in enumerate(tokenizer.shortened(size).encode(SENTENCE)):
            token = tokenizer.decode([i])
            colour = figures.pale(figures.COLOURS[("blue", "orange")[k % 2]], 0.4)
            ax.barh(row, len(token), left=start, color=colour, edgecolor="white")
            for j, character in enumerate(token):
                ax.text(start + j + 0.5, row, character, ha="center", va="center")
            start += len(token)
    ax.set_yticks(range(len(sizes)), [f"{size - 256}" for size in sizes[::-1]])
    ax.set(title="A sentence in tokens", xlabel="characters", ylabel="merges", xticks=range(0, 22, 3))
    ax.grid(visible=False)
