"""The lesson of unit 8: recurrence, tokens, language models, attention, transformers, translation."""

# %% [markdown]
# # Unit 8: Sequence Models
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u08`), or as a whole with Python. It takes about 90 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will run one cell over sequences of different lengths and say how far back its
# gradient reaches; cut a text into tokens and derive what word vectors learn; judge a language model by its
# cross-entropy and choose the next token; compute attention with masks, heads and positions, and say what a transformer
# costs; and explain translation, BLEU and speculative decoding.
#
# **What you need.** Unit 2: softmax and cross-entropy. Unit 4: backpropagation. Unit 6: residual networks.

# %%
import keras
import numpy as np
from keras import ops

import course
from course.validation import array
from units import u08_sequence as u08

keras.utils.set_random_seed(0)
BLUE, ORANGE, GREEN, RED = (course.figures.COLOURS[name] for name in ("blue", "orange", "green", "red"))


# %% [markdown]
# ## Part 1: One cell, many steps (20 minutes)
#
# Add two long numbers digit by digit. At every place you do the same thing, and all you need of the past is one number,
# the carry. A *recurrent network* works like this: one cell with one set of weights runs over all steps
# $t = 1, \dots, T$, and its *state* $h_t$ is all it knows of the past:
#
# $$h_t = S(x_t W + h_{t-1} U + b).$$
#
# Here $x_t$ has the shape (batch, features), $W$ is (features, units), $U$ is (units, units). The number of weights
# does not depend on the length. A batch is a rectangle, so shorter sequences are filled up with padding, and a mask
# $m_t$ says which steps are true. A masked step keeps the state, $h_t = m_t\, \tilde h_t + (1 - m_t)\, h_{t-1}$ with
# the new state $\tilde h_t$ of the cell. Then the last state is that of the last true step, whatever stands in the
# padding:

# %%
rng = np.random.default_rng(0)
x = rng.normal(size=(2, 4, 3)).astype("float32")
cell = u08.RNNCell(2)
mask = np.array([[True, True, False, False], [True] * 4])
states, (last,) = u08.unroll(cell, x, mask)
W, U, b = (array(weight) for weight in cell.weights)
h = np.zeros(2)
for t in range(2):  # the two true steps of the first sequence, by the formula
    h = np.tanh(x[0, t] @ W + h @ U + b)
print(f"inputs {x.shape}, states {tuple(states.shape)}, weights {cell.count_params()}")
print("last state of the padded sequence:", array(last)[0].round(4))
print("by the formula, without padding: ", h.round(4))

# %% [markdown]
# **Backpropagation through time.** Unroll the loop: it is a deep network with one layer for each step, and all layers
# share $W$, $U$ and $b$. Let $a_t = x_t W + h_{t-1} U + b$ and $S = \tanh$, and let $D_t$ be the derivative of the cost
# by $h_t$ as an output of step $t$ alone.
#
# 1. $h_t$ has two users: the output of step $t$, and step $t + 1$ through $h_t U$. So the derivative by $h_t$ is
#    $D_t + \delta_{t+1} U^\top$, where $\delta_t = \partial C/\partial a_t$.
# 2. The slope of $\tanh$ is $1 - h_t^2$, hence $\delta_t = (1 - h_t^2) \odot (D_t + \delta_{t+1} U^\top)$.
# 3. The weights are used in every step, so their derivatives are sums over the steps: $\sum_t x_t^\top \delta_t$ for
#    $W$ and $\sum_t h_{t-1}^\top \delta_t$ for $U$.
#
# **How far does it reach?** By step 2 the derivative that travels back $k$ steps is multiplied by $k$ matrices $U^\top$
# and $k$ slopes. Leave the slopes out and let $U = \lambda Q$ with an orthogonal matrix $Q$. It keeps lengths, so $k$
# steps multiply the length by exactly $\lambda^k$. With $\tanh$ all slopes are at most 1: the gradient is smaller
# still.

# %%
for decay in (0.9, 1.0, 1.1):
    size = u08.linear_gradient_by_lag(np.eye(2), decay * np.eye(2), 101)
    print(
        f"λ = {decay}: after 100 steps {size[100] / size[0]:.3g} of the gradient is left; λ¹⁰⁰ = {decay**100:.3g}"
    )

# %% [markdown]
# **Gates.** A long short-term memory (LSTM) has a second state, the memory $c_t$, which changes by a sum:
#
# $$c_t = \sigma_{\text{Sig}}(f) \odot c_{t-1} + \sigma_{\text{Sig}}(i) \odot \tanh(g), \qquad
# h_t = \sigma_{\text{Sig}}(o) \odot \tanh(c_t).$$
#
# Along the memory the derivative of $c_t$ by $c_{t-1}$ is the forget gate $\sigma_{\text{Sig}}(f)$ alone (if we leave
# out the way through $h_{t-1}$, which also enters the gates). It is near $\sigma_{\text{Sig}}(b)$ at the start of the
# training, where $b$ is the bias of this gate, so the bias decides how far back a gradient reaches. A GRU has the same
# idea with one state, $h_t = z \odot h_{t-1} + (1 - z) \odot g$. Layers of cells can be *stacked*: the states of one
# are the inputs of the next. A *bidirectional* layer has a second cell that runs from the end to the beginning, so each
# place knows both sides.

# %%
lags = np.arange(41)
U = np.linalg.qr(rng.normal(size=(16, 16)))[0]
h, slopes = np.zeros(16), []
for _ in lags:
    h = np.tanh(rng.normal(size=16) + h @ U)
    slopes.append(1 - h**2)
J, sizes = np.eye(16), [4.0]
for slope in slopes[:0:-1]:
    J = J @ (slope[:, None] * U.T)
    sizes.append(np.linalg.norm(J))
with course.figures.style():
    figure, axes = course.figures.subplots(size=(7, 3.6))
    axes.semilogy(lags, np.array(sizes) / 4, color=RED, label="tanh, orthogonal U")
    for bias, colour in ((1, ORANGE), (4, BLUE)):
        gate = 1 / (1 + np.exp(-bias))
        print(
            f"forget bias {bias}: gate {gate:.2f}, after 10 steps {gate**10:.2f}, after 40 steps {gate**40:.2g}"
        )
        axes.semilogy(lags, gate**lags, color=colour, label=f"memory of an LSTM, forget bias {bias}")
    axes.set(
        xlabel="steps back", ylabel="share of the gradient", ylim=(1e-8, 2), title="How far gradients reach"
    )
    axes.legend()
    course.figures.show(
        figure,
        "u08/lags",
        "The gradient by steps back: with tanh it falls fastest, with a forget bias of 4 half of it is left after 40.",
    )
print(f"tanh: after 40 steps {sizes[40] / 4:.1e} of the gradient is left")

# %% [markdown]
# Even with an orthogonal $U$ the slopes of $\tanh$ let the gradient vanish. With a bias of 4 it lasts for many steps.
#
# **Without a loop.** If no activation stands between the steps, $h_t = \lambda_t \odot h_{t-1} + u_t$, then two steps
# together are again such a step: $\lambda' (\lambda h + u) + u' = (\lambda' \lambda)\, h + (\lambda' u + u')$. This
# combination is associative, so $T$ steps are computed in a tree, up and down, with about $2 \log_2 T$ rounds instead
# of $T$. State-space models are of this form.

# %%
first, second = (0.9, 1.0), (0.5, 2.0)
together = second[0] * first[0], second[0] * first[1] + second[1]
print(
    "one step after the other:", 0.5 * (0.9 * 3.0 + 1.0) + 2.0, " combined:", together[0] * 3.0 + together[1]
)
for T in (8, 1024):
    print(f"{T} steps: {T} rounds in a loop, about {2 * int(np.log2(T))} rounds in a tree")

# %% [markdown]
# **Question.** In *truncated* backpropagation a text of 1,000 steps is read in windows of 50. The state goes on from
# one window into the next, as a constant. The ending of a sentence depends on a word 80 steps earlier. Can the network
# use this word? Can it *learn* to use it?
#
# <details><summary>Answer</summary>
#
# It can use it: the state goes through, so nothing prevents the word from being stored for 80 steps. But the gradient
# from the ending stops at the beginning of its window, at most 49 steps back. No gradient ever says that the word
# should have been stored. It is learned only by luck, for example if shorter dependencies need the same memory. Longer
# windows cost memory: all states of a window are kept.
#
# </details>
#
# **Exercises.** `course start u08/ex01` (a recurrence with a mask), `course start u08/ex04` (gated units),
# `course start u08/ex08` (backpropagation through time, in windows).

# %% [markdown]
# ## Part 2: Text in tokens and vectors (15 minutes)
#
# A network reads numbers. A *tokenizer* turns a text into tokens $w_t \in \{0, \dots, V - 1\}$. Characters make long
# sequences; with whole words every new word is unknown. *Byte-pair encoding* lies between: begin with the bytes, and
# merge the most frequent pair of neighbouring tokens into a new token, again and again. It encodes every text of every
# language, and a new word is cut into parts that it knows.

# %%
pairs = course.data.load("translation").pairs("train")
sentences = [english for english, _ in pairs]
text = "\n".join(sentences)
tokenizer = u08.BytePairTokenizer(text, 330)
for sentence in ("we love deep learning", "we love machine translation"):
    print(" | ".join(tokenizer.decode([i]) for i in tokenizer.encode(sentence)))
for size in (256, 290, 330):
    tokens = len(tokenizer.shortened(size).encode(text[:4000]))
    print(f"vocabulary {size}: {4000 / tokens:.2f} characters for each token")

# %% [markdown]
# A larger vocabulary makes the text shorter and the last layer of the model larger.
#
# **A vector for each word.** What do you know about a word that you have never seen? The words around it. *Skip-gram*
# gives a word $w$ the vector $u_w$ and a neighbour $s$ the vector $v_s$, and learns to tell true neighbours from $k$
# drawn ones:
#
# $$C = -\log \sigma_{\text{Sig}}(u_w \cdot v_s) - \sum_{j=1}^{k} \log \sigma_{\text{Sig}}(-u_w \cdot v_{s_j}),
# \qquad s_j \sim q.$$
#
# What are the best products? If the vectors are long enough, each product $a = u_w \cdot v_s$ may be chosen freely.
#
# 1. In the mean of $C$, the pair $(w, s)$ is true with the probability $p(w, s)$, and drawn on average
#    $k\, p(w)\, q(s)$ times. Its share of the cost is
#    $-p(w, s) \log \sigma_{\text{Sig}}(a) - k\, p(w)\, q(s) \log \sigma_{\text{Sig}}(-a)$.
# 2. The derivative of $\log \sigma_{\text{Sig}}(a)$ is $\sigma_{\text{Sig}}(-a)$, so the derivative of the share is
#    $-p(w, s)\, \sigma_{\text{Sig}}(-a) + k\, p(w)\, q(s)\, \sigma_{\text{Sig}}(a)$.
# 3. It is 0 where $\sigma_{\text{Sig}}(a)/\sigma_{\text{Sig}}(-a) = e^a = p(w, s)/(k\, p(w)\, q(s))$.
#
# So $u_w \cdot v_s = \log \frac{p(w, s)}{p(w)\, q(s)} - \log k$: how much more often the two stand together than by
# chance. Skip-gram factorizes this matrix. Here we factorize it directly, by a singular value decomposition of its
# positive part, with $k = 1$ and $q = p$; no training is needed.

# %%
words = u08.WordTokenizer(sentences)
stream = np.concatenate([[*words.encode(sentence), u08.END] for sentence in sentences])
near = u08.skip_pairs(stream, 2, separator=u08.END)
counts = np.zeros((len(words), len(words)))
np.add.at(counts, tuple(np.asarray(near).T), 1)
joint = counts / counts.sum()
chance = np.outer(joint.sum(axis=1), joint.sum(axis=0))
with np.errstate(divide="ignore", invalid="ignore"):
    information = np.where(joint > 0, np.maximum(np.log(joint / chance), 0), 0)
left, s, _ = np.linalg.svd(information)
vectors = left[:, :16] * np.sqrt(s[:16])
for word in ("love", "network", "deep"):
    found, _ = u08.nearest(vectors, words.encode(word)[0], 3)
    print(f"{word}: near to {', '.join(words.vocabulary[i] for i in found)}")

# %% [markdown]
# Nobody told the method what a verb is. Words with the same neighbours get similar vectors.
#
# **Question.** At the optimum, what is the product for a pair that occurs exactly as often as by chance, with $k = 5$
# and $q(s) = p(s)$? With which probability does the model then call this pair a true one, and why is that right?
#
# <details><summary>Answer</summary>
#
# The logarithm of the ratio is 0, so the product is $-\log 5 \approx -1.61$, and
# $\sigma_{\text{Sig}}(-\log 5) = 1/(1 + 5) \approx 0.17$. For each true pair five are drawn. For a pair without any
# attraction, one of six occurrences is a true one, and this is what the model says.
#
# </details>
#
# **Exercises.** `course start u08/ex03` (byte-pair encoding of a word list), `course start u08/ex07` (vectors of
# words).

# %% [markdown]
# ## Part 3: Language models (15 minutes)
#
# What comes next? Every distribution of texts can be written as a product,
# $p(w_1, \dots, w_T) = \prod_t p(w_t \mid w_1, \dots, w_{t-1})$; this is only the definition of conditional
# probability, used $T - 1$ times. An *n-gram* model keeps the last $n - 1$ tokens as context. Counting alone gives the
# probability 0 to everything that was not seen, so some of the probability goes to the shorter context.
#
# **How good is a model?** The *cross-entropy* on a new text is the mean of $-\log p(w_t \mid \dots)$. Let the text be
# drawn from the distribution $p^*$. The mean of $-\log p$ under $p^*$ is the entropy of $p^*$ plus the Kullback–Leibler
# divergence of $p^*$ and $p$, so no model is below the entropy, and only $p^*$ reaches it. *Perplexity* is
# $e^{\text{cross-entropy}}$. If a model gives the probability $1/k$ to each true token, its cross-entropy is $\log k$
# and its perplexity $k$: as hard as a choice among $k$ equally likely tokens.

# %%
verses = course.data.load("verses", n=300).text()
characters = u08.CharacterTokenizer(verses)
ids = np.array(characters.encode(verses))
train, test = ids[: -len(ids) // 10], ids[-len(ids) // 10 :][:1500]
models = {order: u08.NGramModel(order, len(characters)).fit(train) for order in (1, 3, 6)}
for order, model in models.items():
    cost = model.cross_entropy(test)
    print(f"{order}-gram: {cost:.2f} nats a character, perplexity {np.exp(cost):.2f}")

# %% [markdown]
# **Which token next?** *Greedy* takes the most likely one and repeats itself. A *temperature* draws from
# $\text{softmax}(z/\tau)$ for the logits $z$: as $\tau \to 0$ this becomes greedy, since all other terms fall by a
# factor $e^{-\text{gap}/\tau}$; as $\tau \to \infty$ it becomes uniform. *Top-k* keeps the $k$ most likely tokens.
# *Top-p* keeps the fewest whose probabilities sum to at least $p$: few where the model is sure, many where it is not.

# %%
z = np.log(np.array([[0.5, 0.3, 0.15, 0.04, 0.01], [0.97, 0.01, 0.01, 0.006, 0.004]])).astype("float32")
for tau in (0.5, 1.0, 2.0):
    print(f"τ = {tau}: {array(ops.softmax(z[0] / tau)).round(3)}")
print("kept by top-p with p = 0.9:", np.isfinite(array(u08.top_p(z, 0.9))).sum(axis=1), "of 5 tokens")
draw = np.random.default_rng(0)
written = characters.encode("\nat dawn, ")
for _ in range(50):
    written.append(int(draw.choice(len(characters), p=models[6].distribution(written))))
print("a 6-gram writes:", characters.decode(written).splitlines()[1])

# %% [markdown]
# These verses come from a grammar in which the end of a line depends on its first words, forty characters earlier. A
# 6-gram sees five. A recurrent language model can carry them in its state, and attention can look at them
# (`course run u08/language_models`). *Beam search* looks for the most likely whole sequence: keep the best $b$
# beginnings, lengthen each of them by every token, keep the best $b$ again. It is for translation; for open text the
# most likely sequence is dull.
#
# **Question.** A model over characters has a cross-entropy of $1.2$ nats for each character. Another one over tokens of
# $4.0$ characters on average has $4.4$ nats for each token. Which one is better, and what are the perplexities?
#
# <details><summary>Answer</summary>
#
# For each character the second one has $4.4/4.0 = 1.1$ nats: it is better, since the cost of the whole text is what
# counts. The perplexities are $e^{1.2} \approx 3.3$ and $e^{4.4} \approx 81.5$. They belong to different tokens and
# cannot be compared; a model with one token for the whole text would have an enormous one.
#
# </details>
#
# **Exercises.** `course start u08/ex02` (smoothed bigrams), `course start u08/ex06` (three more samplers),
# `course start u08/ex11` (beam search against the exact search).

# %% [markdown]
# ## Part 4: Attention and transformers (25 minutes)
#
# A state has a fixed size; a text may be long. *Attention* keeps all places and looks things up. Think of a dictionary
# whose keys fit only more or less: a query $q_t$ gets an average of the values $v_s$, each weighted by how well its key
# $k_s$ fits the query,
#
# $$e_{ts} = \frac{q_t \cdot k_s}{\sqrt d}, \qquad p_{ts} = \frac{e^{e_{ts}}}{\sum_{s'} e^{e_{ts'}}}, \qquad
# \text{output}_t = \sum_s p_{ts} v_s.$$
#
# **Why the root?** Let the entries of $q$ and $k$ be independent with mean 0 and variance 1. Each product $q_j k_j$ has
# mean 0 and variance $E q_j^2\, E k_j^2 = 1$, and the $d$ products are uncorrelated: their sum has the variance $d$.
# Without the root the scores are of size $\sqrt d$, softmax puts nearly all weight on one key, and its gradient is
# almost 0.

# %%
q, k = np.random.default_rng(0).normal(size=(2, 4000, 64))
scores = np.sum(q * k, axis=1)
print(
    f"d = 64: variance of the products {scores.var():.1f}, after division by the root {(scores / 8).var():.2f}"
)
for divisor in (1, 8):
    e = (q[:500] @ k[:16].T) / divisor
    p = np.exp(e - e.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    print(f"divided by {divisor}: largest of 16 weights, mean over queries {p.max(axis=1).mean():.2f}")

# %% [markdown]
# **No look into the future.** A language model predicts token $t + 1$ at place $t$, at all places at once. With a
# *causal mask* query $t$ sees only keys $s \le t$: the other weights are 0. If it saw the next token, it would learn to
# copy it, and its low cost would say nothing. The test is simple: change the future, and the outputs of the
# past must stay.

# %%
rng = np.random.default_rng(1)
q, k, v = rng.normal(size=(3, 1, 5, 8)).astype("float32")
outputs, weights = (array(a) for a in u08.dot_product_attention(q, k, v, u08.causal_mask(5)))
e = np.where(np.tril(np.ones((5, 5))), q[0] @ k[0].T / np.sqrt(8), -np.inf)
by_hand = np.exp(e - e.max(axis=1, keepdims=True))
by_hand /= by_hand.sum(axis=1, keepdims=True)
print("largest difference from the formula:", np.abs(by_hand @ v[0] - outputs[0]).max().round(5))
k[0, 4], v[0, 4] = 100.0, 100.0
changed = array(u08.dot_product_attention(q, k, v, u08.causal_mask(5))[0])
print("change of the outputs at places 0 to 4:", np.abs(changed - outputs)[0].max(axis=1).round(4))

# %% [markdown]
# **Where a token stands.** Attention does not see the order: permute keys and values together, and every output stays.
# So positions have to be added. The first transformers added a fixed vector of sines and cosines to each embedding
# (`course run u08/positions`). *Rotary positions* turn each pair of channels of a query at place $t$ by the angle
# $t\, \omega_j$, and of a key at place $s$ by $s\, \omega_j$. Let $R(\alpha)$ be the rotation by $\alpha$ in the plane.
# Then
# $(R(t\omega)\, q)^\top (R(s\omega)\, k) = q^\top R(t\omega)^\top R(s\omega)\, k = q^\top R((s - t)\, \omega)\, k$: the
# product depends on the distance only.

# %%
same = np.broadcast_to(rng.normal(size=8), (1, 12, 8)).astype("float32")
turned = array(u08.rotate(same))[0]
products = turned @ turned.T
print("products at the distance 3:", np.diagonal(products, 3).round(4)[:5])
print("products at the distances 0 to 4:", products[0, :5].round(3))

# %% [markdown]
# **What two layers can do.** *Several heads* look for different things, each in its own channels. What does that buy?
# Let us build by hand a circuit that trained models contain, an *induction head*: it continues a repetition. In the
# first layer each place copies the token *before* it. In the second layer the query is the own token and the keys are
# those copies. So place $t$ looks at a place whose previous token was $w_t$, and its value says what followed then.

# %%
tokens, V = np.array([0, 1, 2, 3, 0, 1, 2, 3, 0, 1]), 4
T = len(tokens)
one_hot, places = np.eye(V)[tokens], np.arange(T)


def attend(scores):
    """Softmax over the keys up to the query's own place."""
    scores = np.where(places[:, None] >= places[None, :], scores, -np.inf)
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


previous = attend(20.0 * (places[:, None] == places[None, :] + 1))
copied = previous @ one_hot
copied[0] = 0  # the first place has no token before it
induction = attend(20.0 * one_hot @ copied.T)
guess = (induction @ one_hot).argmax(axis=1)
print("tokens          ", tokens.tolist())
print("guess of the next", guess[4:-1].tolist(), "at places 4 to 8; true", tokens[5:].tolist())
with course.figures.style():
    figure, axes = course.figures.subplots(1, 2, size=(8.6, 4))
    titles = ("layer 1: the token before", "layer 2: what followed last time")
    for axis, weights, title in zip(axes, (previous, induction), titles, strict=True):
        axis.imshow(weights, vmin=0, vmax=1)
        axis.set(xlabel="key", ylabel="query", title=title, xticks=places, yticks=places)
        axis.set(xticklabels=tokens, yticklabels=tokens)
        axis.grid(False)
    course.figures.show(
        figure,
        "u08/induction",
        "Two maps of attention for a repeated sequence: in the first the weight is one place to the left of the "
        "diagonal, in the second at the places that followed earlier copies of the token.",
    )

# %% [markdown]
# One layer cannot do this: its keys know only their own token and their own place. `course run u08/induction_heads`
# shows that training finds it.
#
# **The block.** A transformer block adds two things to a stream, $x \leftarrow x + \text{attention}(\text{norm}(x))$
# and $x \leftarrow x + \text{network}(\text{norm}(x))$. Attention moves information between places, the network
# computes at each place alone; the sums are the shortcuts of unit 6. A GPT stacks such blocks between a table of
# embeddings and the logits. We train a tiny one for a few seconds. It begins near $\log V$, the cost of a model that
# knows nothing.

# %%
gpt = u08.GPT(len(characters), context=24, layers=1, heads=2, d_model=24, positions="rotary")
gpt.compile(u08.pretraining_optimizer(60, 0.02))
windows, targets = u08.random_windows(train, 24, 60 * 16, np.random.default_rng(0))
account = u08.Account.of(gpt)
print(f"{gpt.count_params()} weights, by formula {account.parameters()}")
costs = gpt.fit(windows[:160], targets[:160], batch_size=16, verbose=0).history["loss"]
costs += gpt.fit(windows[160:], targets[160:], batch_size=16, verbose=0).history["loss"]
print(f"log V = {np.log(len(characters)):.2f}")
print(f"mean cost of the first 10 updates {costs[0]:.2f}, of 50 more {costs[1]:.2f}")

# %% [markdown]
# **What it costs.** A product of a vector with a kernel of $n$ weights takes $n$ multiplications and about $n$
# additions: 2 operations for each weight and token. Backward there are two such products, by the inputs and by the
# weights: 6 operations for each weight and token in training. Attention adds a part that grows with the *square* of the
# length.
#
# **A cache.** With a causal mask earlier places do not see later ones, so their keys and values never change. Keep
# them, and a new token costs one place instead of all.

# %%
for seq in (24, 240):
    flops = account.forward_flops(1, seq) / seq
    print(f"length {seq}: {flops / gpt.count_params():.2f} operations for each weight and token")
T = 100
print(f"{T} new tokens: without cache {T * (T + 1) // 2} places are computed, with cache {T}")

# %% [markdown]
# **Question.** A model has 32 layers and a width of 4,096; keys and values are stored in 2 bytes. How large is the
# cache of one text of 8,192 tokens? How large is it with *grouped queries*, where 4 query heads share one head of keys
# and values?
#
# <details><summary>Answer</summary>
#
# For each token and layer there are $2 \cdot 4096$ numbers (keys and values), that is
# $2 \cdot 4096 \cdot 32 \cdot 8192 \cdot 2$ bytes $= 4.3 \cdot 10^9$ bytes, or 4 GiB for a single text. A batch of 16
# needs 64 GiB, far more than the weights of such a model. With grouped queries only a quarter of the keys and values is
# kept: 1 GiB. The cost of the arithmetic hardly changes; the cache is the reason.
#
# </details>
#
# **Exercises.** `course start u08/ex05` (attention that may look at nothing), `course start u08/ex09` (rotary
# positions), `course start u08/ex12` (heads), `course start u08/ex13` (a cache that is a ring), `course start u08/ex14`
# (softmax over blocks of keys), `course start u08/ex16` (what a model costs).

# %% [markdown]
# ## Part 5: Translation, sentiment, and a faster model (15 minutes)
#
# An *encoder* reads the source, and a *decoder* writes the translation: it is a language model of the target that also
# knows the source, $p(w_1, \dots, w_T \mid \text{source}) = \prod_t p(w_t \mid w_1, \dots, w_{t-1}, \text{source})$. In
# training it gets the true earlier tokens (*teacher forcing*), so that all steps are trained at once; in use it gets
# the tokens that it has written. If the decoder knows only the last state of the encoder, the whole source has to fit
# into this state. With attention each step looks up what it needs, with the score $q_t \cdot k_s/\sqrt d$ or the
# additive one $\tanh(q_t W_q + k_s W_k) \cdot w$. `course run u08/translation` trains three translators and draws their
# maps.
#
# **BLEU** compares a translation with a reference: $p_n$ is the share of its n-grams that occur in the reference (each
# counts at most as often as it occurs there), and BLEU is 100 times the geometric mean of $p_1, \dots, p_4$. Precision
# alone would like short sentences, so a factor $\min(1, e^{1 - r/c})$ punishes a candidate of $c$ words for a reference
# of $r$ words.

# %%
reference = ["we", "love", "deep", "learning", "because", "it", "works", "very", "well"]
for candidate in (
    "we love deep learning because it works well",
    "we love deep learning",
    "deep learning we love",
):
    print(f"{u08.bleu([candidate.split()], [reference]):5.1f}  {candidate}")
n, matches = np.array([8, 7, 6, 5]), np.array([8, 6, 5, 4])
print(f"first one by hand: {100 * np.exp(1 - 9 / 8) * np.exp(np.mean(np.log(matches / n))):.1f}")

# %% [markdown]
# The last candidate has all its words right and no 4-gram: BLEU is 0. A perfect translation with other words can get 0,
# too.
#
# **Sentiment.** *Not dull but good* and *not good but dull* have the same words, so no model of word counts can tell
# them apart; pairs and triples of words help as far as they were seen.

# %%
reviews = course.data.load("reviews", n=600, negation=0.3, contrast=0.3)
texts, y = reviews.texts(), reviews.labels()
for order in (1, 3):
    classifier = u08.NaiveBayesNGrams(order).fit(texts[:300], y[:300])
    right = np.mean(classifier.predict(texts[300:]) == y[300:])
    print(f"n-grams up to {order}: {100 * right:.0f}% of new reviews are right")

# %% [markdown]
# An encoder without a causal mask sees both sides; trained to fill hidden words (*masked modelling*), it needs no
# labels and is a good start where labels are few (`course run u08/masked_modelling`).
#
# **Speculative decoding.** A large model with the distribution $p$ is slow, a small one with $q$ is fast. Let the small
# one draft a token $x \sim q$. Accept it with the probability $\min(1, p(x)/q(x))$; otherwise draw from the *residual*
# distribution $\max(p - q, 0)/\sum \max(p - q, 0)$. We claim that the result has exactly the distribution $p$:
#
# 1. The token $y$ is drafted and accepted with the probability $q(y) \min(1, p(y)/q(y)) = \min(p(y), q(y))$.
# 2. So a rejection has the probability $1 - \sum_x \min(p(x), q(x))$. Since $p$ sums to 1 and
#    $p - \min(p, q) = \max(p - q, 0)$, this is $\sum_x \max(p(x) - q(x), 0)$, the denominator of the residual.
# 3. $y$ comes from a rejection with the probability (rejection) · (residual) $= \max(p(y) - q(y), 0)$: the denominator
#    cancels. Together: $\min(p, q) + \max(p - q, 0) = p$.
#
# The large model judges $k$ drafted tokens in one call. If each is accepted with the probability $a$, independently, a
# call gives at least $j + 1$ tokens with the probability $a^j$ for $j \le k$, so on average
# $1 + a + \dots + a^k = (1 - a^{k+1})/(1 - a)$.

# %%
p, q = np.array([0.6, 0.3, 0.1]), np.array([0.3, 0.3, 0.4])
draw = np.random.default_rng(0)
x = draw.choice(3, size=200_000, p=q)
accepted = draw.uniform(size=x.shape) < np.minimum(1, p / q)[x]
residual = np.maximum(p - q, 0) / np.maximum(p - q, 0).sum()
result = np.where(accepted, x, draw.choice(3, size=x.shape, p=residual))
print("shares of the results:", (np.bincount(result) / len(x)).round(2), " p:", p)
print(f"accepted {accepted.mean():.2f}, sum of min(p, q) {np.minimum(p, q).sum():.2f}")
for k in (1, 4, 8):
    print(
        f"{k} drafted tokens, a = 0.7: {u08.expected_tokens(0.7, k):.2f} tokens for each call of the large model"
    )

# %% [markdown]
# **Question.** With $a = 0.7$, what is the most that a call can give, however many tokens are drafted? A call of the
# small model costs a tenth of one of the large model. Which of $k = 1, 4, 8$ gives most tokens for the same work?
#
# <details><summary>Answer</summary>
#
# The sum tends to $1/(1 - a) = 3.33$ tokens. A round with $k$ drafts costs $1 + k/10$ calls of the large model. For
# $k = 1$: $1.70/1.1 = 1.55$. For $k = 4$: $2.77/1.4 = 1.98$. For $k = 8$: $3.20/1.8 = 1.78$. So $k = 4$ is the best of
# the three: with more drafts nearly all of the additional ones stand behind a rejected one and are thrown away.
#
# </details>
#
# **Exercises.** `course start u08/ex10` (BLEU with several references), `course start u08/ex15` (speculative decoding,
# exactly).

# %% [markdown]
# ## Summary
#
# | idea | formula | what to remember |
# | --- | --- | --- |
# | recurrence | $\delta_t = (1 - h_t^2) \odot (D_t + \delta_{t+1} U^\top)$ | a product of $k$ matrices |
# | LSTM | the memory's factor is $\sigma_{\text{Sig}}(f)$ | the forget bias sets the reach |
# | word vectors | $\log \frac{p(w, s)}{p(w)\, q(s)} - \log k$ | a factorization of counts |
# | language model | cross-entropy = entropy + divergence | compare for each character |
# | attention | scores divided by $\sqrt d$ | softmax keeps its gradient |
# | rotary positions | $q^\top R((s - t)\omega)\, k$ | only the distance counts |
# | transformer | 6 operations for each weight and token | attention grows with the square |
# | speculative decoding | $\min(p, q) + \max(p - q, 0) = p$ | faster and exact |
#
# **Pitfalls.** A mean over padded steps. A model that sees the next token. Perplexities of different tokenizers.
# Truncated gradients for long dependencies. BLEU as the only judge.
#
# **Where to go on.** `course run u08/gradient_by_lag`, `course run u08/skip_gram`, `course run u08/ngram_orders`,
# `course run u08/induction_heads`, `course run u08/translation`, `course run u08/shakespeare`; §7 of the book.
