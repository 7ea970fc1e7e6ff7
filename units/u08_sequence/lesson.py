"""The lesson of unit 8: recurrence, tokens, word vectors, n-grams, sampling, a transformer, translation, sentiment."""

# %% [markdown]
# # Unit 8: Sequence Models
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np
from keras import ops

import course.data
from units import u08_sequence as u08

rng = np.random.default_rng(0)

# %% [markdown]
# ## Part A: recurrence
#
# One cell with one set of weights runs over all steps; its state is what it knows of the past.

# %%
x = rng.normal(size=(2, 4, 3)).astype("float32")
cell = u08.RNNCell(2)
y, (h,) = u08.unroll(cell, x)
print(f"inputs {x.shape}, outputs {tuple(y.shape)}, last state {tuple(h.shape)}")
print(f"the cell has {cell.count_params()} parameters, for sequences of every length")

# %% [markdown]
# A short sequence is padded, and a mask says which steps are true. A masked step keeps the state.

# %%
mask = np.array([[True, True, False, False], [True] * 4])
padded, (last,) = u08.unroll(cell, x, mask)
alone, _ = u08.unroll(cell, x[:1, :2])
print(f"last state of the padded sequence {ops.convert_to_numpy(last)[0].round(4)}")
print(f"the same sequence without padding  {ops.convert_to_numpy(alone)[0, -1].round(4)}")

# %% [markdown]
# Backpropagation through time goes back step by step. In a linear recurrence each step multiplies by λ: the gradient
# vanishes or explodes.

# %%
for decay in (0.9, 1.0, 1.1):
    size = u08.linear_gradient_by_lag(np.eye(2), decay * np.eye(2), 101)
    print(f"λ = {decay}: after 100 steps {size[100] / size[0]:.2e} of the gradient is left")

# %% [markdown]
# An LSTM writes to its memory by a sum. Its forget gate is the factor of a step, and its bias says where it begins.

# %%
long = rng.normal(size=(4, 20, 3)).astype("float32")
for forget_bias in (0.0, 1.0, 4.0):
    layer = keras.layers.RNN(u08.LSTMCell(8, forget_bias=forget_bias))
    size = u08.gradient_by_lag(layer, long)
    print(f"forget bias {forget_bias:g}: after 19 steps {size[19] / size[0]:.1e} of the gradient is left")

# %% [markdown]
# A recurrence without a nonlinearity between its steps can be computed in a tree.

# %%
decay, u = rng.uniform(0.5, 1, size=(1, 8, 1)), rng.normal(size=(1, 8, 1))
for name, f in (("scan", u08.linear_recurrence), ("loop", u08.linear_recurrence_by_loop)):
    print(f"{name}: last state {float(ops.convert_to_numpy(f(decay, u))[0, -1, 0]):.4f}")

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
# Skip-gram gives each word a vector. It learns to tell the words near a word from words that were drawn, and words with
# the same neighbours become similar.

# %%
sentences = [english for english, _ in d.pairs("train")]
by_words = u08.WordTokenizer(sentences)
stream = np.concatenate([[*by_words.encode(sentence), u08.END] for sentence in sentences])
counts = np.bincount(stream, minlength=len(by_words))
counts[u08.END] = 0
skip_gram = u08.SkipGram(u08.noise_distribution(counts), d_model=16, seed=0)
skip_gram.compile(keras.optimizers.Adam(0.02))
skip_gram.fit(u08.skip_pairs(stream, 2, separator=u08.END), batch_size=256, epochs=2, verbose=0)
for word in ("love", "network", "deep"):
    near, _ = u08.nearest(skip_gram.vectors(), by_words.encode(word)[0], 3)
    print(f"{word}: near to {', '.join(by_words.vocabulary[i] for i in near)}")

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

# %% [markdown]
# ## Part D: a transformer
#
# Attention sees all tokens of its context, so the first words of a line are as near as the last ones. A GPT is a stack
# of decoder blocks; its account says what it costs.

# %%
gpt = u08.GPT(len(characters), context=48, layers=1, heads=2, d_model=32, positions="rotary")
account = u08.Account.of(gpt)
print(f"{gpt.count_params()} weights, by formula {account.parameters()}")
print(f"{account.step_flops(16, 48) / 1e9:.2f} · 10⁹ operations for a training step with 16 windows")

# %% [markdown]
# The cost at the beginning is near log V, that of a model which knows nothing.

# %%
gpt.compile(u08.pretraining_optimizer(150, 0.01))
windows, targets = u08.random_windows(train, 48, 150 * 16, rng)
held_out = [part[:60] for part in u08.windows(test, 48)]
before = gpt.perplexity(*held_out)
gpt.fit(windows, targets, batch_size=16, verbose=0)
print(f"perplexity {before:.1f} before, {gpt.perplexity(*held_out):.1f} after 150 updates")

# %% [markdown]
# It writes token by token. With a cache the keys and values of earlier tokens are not computed again.

# %%
prompt = [characters.encode("\nat dawn, ")]
written = gpt.generate(prompt, 30)
same = gpt.generate(prompt, 30, cache=False)
print(characters.decode(written[0]), "| the same without cache:", bool(np.all(written == same)))

# %% [markdown]
# ## Part E: translation
#
# An encoder reads the English sentence, and a decoder writes the French one. In training it gets the true tokens; in
# `predict` it gets the tokens that it has written.

# %%
pairs = d.pairs("train")
english, french = (u08.WordTokenizer(pair[i] for pair in pairs) for i in (0, 1))
sources, targets = u08.token_pairs(pairs, english, french)
keras.utils.set_random_seed(0)
translator = u08.TransformerTranslator(len(english), len(french), width=64, length=targets.shape[1])
translator.compile(keras.optimizers.Adam(0.005))
translator.fit(sources, targets, batch_size=50, epochs=3, verbose=0)
sentence = "we love deep learning"
source, target = u08.token_pairs([(sentence, "nous aimons l'apprentissage profond")], english, french)
print(f"{sentence} → {u08.greedy_translations(translator, source, french)[0]}")

# %% [markdown]
# The decoder's attention says at which English word each step looks most.

# %%
looks = ops.convert_to_numpy(translator.attention(source, target[:, :-1]))[0]
for token, row in zip(target[0, 1:], looks, strict=True):
    print(f"{french.vocabulary[token]:>14} ← {sentence.split()[row.argmax()]}")

# %% [markdown]
# **Question.** Why does *profond* look at *deep*, although *apprentissage* stands before it? Answer: attention does not
# go along the sentence, as a recurrent network does; the query decides, and French puts this adjective behind the noun.

# %% [markdown]
# ## Part F: sentiment
#
# In these reviews *not dull but good* is positive and *not good but dull* negative. A linear model of words cannot
# tell them apart. Pairs and triples of words help, as far as they were seen.

# %%
reviews = course.data.load("reviews", n=800, negation=0.3, contrast=0.3)
texts, y = reviews.texts(), reviews.labels()
for order in (1, 3):
    classifier = u08.NaiveBayesNGrams(order).fit(texts[:400], y[:400])
    right = np.mean(classifier.predict(texts[400:]) == y[400:])
    print(f"n-grams up to {order}: {100 * right:.0f}% of new reviews are right")

# %% [markdown]
# A network that reads the words in their order gets sequences of different lengths. Padding must not change its answer.

# %%
model = u08.TransformerClassifier(vocabulary=10, d_model=8, heads=2, d_inner=16)
for tokens in ([[5, 7, 6]], [[5, 7, 6, u08.PAD, u08.PAD]]):
    logit = float(ops.convert_to_numpy(model(np.array(tokens, "int32")))[0, 0])
    print(f"tokens {tokens[0]}: logit {logit:.5f}")

# %% [markdown]
# ## Part G: masked modelling
#
# An encoder sees the words on both sides. Hide some, and let it say what stood there. Here each text repeats one token,
# so the gaps can be filled.

# %%
ids = np.repeat(rng.integers(4, 9, size=(512, 1)), 5, axis=1).astype("int32")
masked = u08.MaskedLanguageModel(9, width=8, heads=2, d_inner=16, seed=0)
masked.compile(keras.optimizers.Adam(0.02))
masked.fit(ids, batch_size=32, epochs=3, verbose=0)
gap = np.array([[7, 7, 9, 7, 7]], "int32")  # 9 is the mask token
print(f"in the gap stood {int(ops.argmax(masked(gap)[0, 2]))}")

# %% [markdown]
# ## Part H: induction heads
#
# A sequence is a random block of tokens, then pieces of this block. Only a model that looks for the earlier copy of a
# token can say what follows. Two layers of attention learn it, in the experiment `induction_heads`; here we look at the
# task.

# %%
pieces, follows = u08.repeated_pieces(1, tokens=10, block=4, pieces=3, piece=2, rng=rng)
print(f"tokens            {pieces[0].tolist()}")
print(f"the place to find {follows[0].tolist()}")
