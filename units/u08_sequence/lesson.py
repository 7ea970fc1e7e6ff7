"""The lesson of unit 8: tokens, n-grams, sampling."""

# %% [markdown]
# # Unit 8: Sequence Models
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import numpy as np

import course.data
from units import u08_sequence as u08

# %% [markdown]
# ## Part B: text in tokens
#
# Byte-pair encoding begins with bytes and merges the most frequent pair again and again. A new word is cut into parts
# that the tokenizer knows.

# %%
d = course.data.load("translation")
text = "\n".join(english for english, _ in d.pairs("train"))
tokenizer = u08.BytePairTokenizer(text, 400)
for sentence in ("we love deep learning", "we love machine translation"):
    print(" | ".join(tokenizer.decode([i]) for i in tokenizer.encode(sentence)))

# %% [markdown]
# ## Part C: language models
#
# An n-gram model sees n − 1 tokens. These verses are drawn from a grammar, so we know how well a model can do at best.

# %%
verses = course.data.load("verses", n=500).text()
characters = u08.CharacterTokenizer(verses)
ids = np.array(characters.encode(verses))
train, test = ids[: -len(ids) // 10], ids[-len(ids) // 10 :]
for order in (1, 3, 6):
    cost = u08.NGramModel(order, len(characters)).fit(train).cross_entropy(test)
    print(f"{order}-gram: {cost:.2f} nats a character, perplexity {np.exp(cost):.2f}")

# %% [markdown]
# The next token is drawn from the model's distribution. Top-p keeps the most likely tokens only.

# %%
model = u08.NGramModel(6, len(characters)).fit(train)
for p in (0.5, 1.0):
    written = characters.encode("\nat dawn, ")
    for _ in range(60):
        logits = np.log(model.distribution(written))[None].astype("float32")
        written.append(int(u08.sample(logits, p=p, seed=len(written))[0]))
    print(f"p = {p}: {characters.decode(written).splitlines()[1]}")

# %% [markdown]
# **Question.** Why does the model end a line with the wrong words, however much text it has seen? Answer: the ending
# depends on the opening, which is forty characters away, and a 6-gram sees five.
