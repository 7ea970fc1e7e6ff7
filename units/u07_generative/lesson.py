"""The lesson of unit 7: games, adversarial networks, judging and using samples, likelihoods, diffusion."""

# %% [markdown]
# # Unit 7: Generative Models
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u07`), or as a whole with Python. It takes about 90 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will solve a small game, and say why two networks that both follow their
# gradients circle around the solution; derive what a perfect discriminator measures; judge samples by numbers with
# known weak points; derive the bound that a variational autoencoder maximizes and the likelihood of a flow; and turn
# noise into data with a differential equation.
#
# **What you need.** Unit 1: normal distributions. Units 2 to 4: sigmoid, cross-entropy, gradients. Unit 6:
# autoencoders.

# %%
import keras
import numpy as np
from scipy import stats

import course
from units import u07_generative as u07

keras.utils.set_random_seed(0)
BLUE, ORANGE, GREEN, RED = (course.figures.COLOURS[name] for name in ("blue", "orange", "green", "red"))

# %% [markdown]
# ## Part 1: Games (20 minutes)
#
# A generator wants to deceive a discriminator, and the discriminator wants not to be deceived. What one of them wins,
# the other loses: a *zero-sum game*. Before we train networks, we solve games that fit on a page. In a *matrix game*
# the row player chooses $i$, the column player chooses $j$, and the row player receives $A_{ij}$ from the other one.
#
# Take rock, paper, scissors, but rock against scissors wins 2. Should one play rock more often? A fixed choice loses
# against its best answer, so the players mix: rows with the probabilities $r$, columns with $c$. The row player can
# count on $\min_j (r^\top A)_j$ and chooses $r$ to make this large. The minimum is not linear in $r$, but a bound is:
#
# $$\text{maximize } \nu \quad \text{subject to} \quad (r^\top A)_j \ge \nu \text{ for all } j, \quad \sum_i r_i = 1,
# \quad r \ge 0.$$
#
# This is a linear program. The column player has a second one, and by the duality of linear programs both have the same
# value $\nu$ (von Neumann's theorem): neither player loses by announcing the mixture in advance.

# %%
A = np.array([[0.0, -1.0, 2.0], [1.0, 0.0, -1.0], [-2.0, 1.0, 0.0]])
game = u07.nash_equilibrium(A)
print("rock, paper, scissors:", np.round(game.row, 3), " value:", round(abs(game.value), 6))
print("what each column brings against this mixture:", np.round(game.row @ A, 3) + 0.0)

# %% [markdown]
# The answer is paper in half of the rounds. All three columns bring the same, so the opponent cannot exploit it. Rock
# is not played more often: its larger prize makes the *opponent* avoid scissors, and then paper is worth more.
#
# Players who only answer what the other one has played so far find the mixture too, slowly, and only on average. The
# *exploitability* is what both could gain together by better answers; it is 0 exactly at an equilibrium.

# %%
rows, columns = u07.fictitious_play(A, 500)
for rounds in (5, 50, 500):
    left = u07.exploitability(A, rows[rounds - 1], columns[rounds - 1])
    print(f"{rounds} rounds of fictitious play: {np.round(rows[rounds - 1], 2)}, exploitability {left:.3f}")

# %% [markdown]
# **Gradient steps.** Networks do not choose rows. One has parameters $\theta$ and makes $V(\theta, \varphi)$ small, the
# other one has $\varphi$ and makes it large. The smallest example is $V = \theta \varphi$ with the solution $(0, 0)$.
# Its gradients are $\varphi$ and $\theta$, so a simultaneous step is $\theta \leftarrow \theta - \eta \varphi$,
# $\varphi \leftarrow \varphi + \eta \theta$. Write both numbers as one complex number $\theta + i \varphi$:
#
# 1. Multiplying by $i$ gives $-\varphi + i \theta$, which is exactly the direction of both players.
# 2. So a simultaneous step multiplies the number by $1 + i \eta$, with the absolute value $\sqrt{1 + \eta^2} > 1$. The
#    distance to the solution *grows* in every step, for every $\eta > 0$.
# 3. *Extragradient* looks ahead with a step, and then steps from the old place with the gradients found there. It
#    multiplies by $1 + i\eta\, (1 + i\eta) = 1 - \eta^2 + i\eta$, with the squared absolute value
#    $(1 - \eta^2)^2 + \eta^2 = 1 - \eta^2 + \eta^4$. For $0 < \eta < 1$ this is below 1.

# %%
eta, paths = 0.2, {}
for method in ("simultaneous", "extragradient"):
    paths[method] = u07.play(lambda theta, phi: (phi, theta), [1.0], [0.0], eta=eta, steps=60, method=method)
    factor = u07.growth_factor(1.0, eta, method)
    print(
        f"{method}: a factor of {factor:.4f} in a step; distance after 60: {np.linalg.norm(paths[method][-1]):.3f}"
    )
print("by hand:", round(np.sqrt(1 + eta**2), 4), round(np.sqrt(1 - eta**2 + eta**4), 4))
with course.figures.style():
    figure, axes = course.figures.subplots(size=(5.2, 4.6))
    for (method, path), colour in zip(paths.items(), (RED, BLUE), strict=True):
        axes.plot(*path.T, "o-", markersize=3, color=colour, label=method)
    axes.plot(0, 0, "k+", markersize=12, label="solution")
    axes.set(
        xlabel="θ", ylabel="φ", title="Sixty steps of two players, V = θ φ", aspect="equal", ylim=(-3.3, 4.1)
    )
    axes.legend(loc="upper right")
    course.figures.show(
        figure,
        "u07/spiral",
        "The path of simultaneous steps is a spiral away from the solution, the path of extragradient a spiral to it.",
    )

# %% [markdown]
# The other cure is to change the game. In the *Dirac GAN* the data is always 0, the generator always writes $\theta$,
# and the discriminator has the logit $\varphi x$. Near the solution the direction of the players is
# $(\varphi/2, -\theta/2)$: again a pure rotation. A penalty on the discriminator's slope at the data adds
# $-\kappa \varphi$ to the second entry. The linear map then has the eigenvalues $m$ with
# $m^2 + \kappa m + \tfrac14 = 0$. Without penalty they are $\pm i/2$; with $\kappa > 0$ the sum of both is $-\kappa$
# and their product is positive, so both have a negative real part: small steps lead to the solution.

# %%
for kappa in (0.0, 1.0):
    path = u07.play(u07.dirac_gan(kappa), [1.0], [0.5], eta=0.1, steps=300)
    print(
        f"κ = {kappa}: eigenvalues {np.roots([1, kappa, 0.25]).round(2)}, distance {np.linalg.norm(path[-1]):.4f}"
    )

# %% [markdown]
# **Question.** An *implicit* step for $V = \theta\varphi$ uses the gradients at the *new* place:
# $w_{t+1} = w_t + i \eta w_{t+1}$ for $w = \theta + i \varphi$. By which factor does it change the distance? Compare
# with extragradient for $\eta = 0.2$. Why does nobody use it for networks?
#
# <details><summary>Answer</summary>
#
# Solve for the new place: $w_{t+1} = w_t/(1 - i\eta)$, a factor of $1/\sqrt{1 + \eta^2}$, which is below 1 for *every*
# $\eta$. For $\eta = 0.2$ it is $0.9806$, and extragradient has $\sqrt{0.9616} = 0.9806$: the same to four digits,
# since extragradient is the implicit step with the new place replaced by a guess, and
# $1/(1 - i\eta) = 1 + i\eta - \eta^2 + \dots$ For networks the implicit step means solving a system of nonlinear
# equations in every step. The guess costs one more gradient.
#
# </details>
#
# **Exercises.** `course start u07/ex01`: a matrix game by hand and by turns. `course start u07/ex04`: extragradient
# with two step sizes.

# %% [markdown]
# ## Part 2: Generative adversarial networks (15 minutes)
#
# A generator $G$ turns noise $z$ into a sample $G(z)$. There is no target to compare it with: any image would do, if it
# looks like the data. So a second network learns what looks like the data:
#
# $$\min_\theta \max_\varphi\; V = E \log D(x) + E \log(1 - D(G(z))), \qquad D = \sigma_{\text{Sig}}(\text{logit}).$$
#
# **What does a perfect discriminator measure?** With the densities $p_{\text{data}}$ and $p_G$ the value is
# $V = \int p_{\text{data}} \log D + p_G \log(1 - D)\, dx$, and $D(x)$ may be chosen for each $x$ on its own.
#
# 1. Let $a = p_{\text{data}}(x)$ and $b = p_G(x)$. The function $a \log D + b \log(1 - D)$ is concave in $D$, and its
#    derivative $a/D - b/(1 - D)$ is 0 at $D^* = a/(a + b)$.
# 2. Insert it, with the mean density $m = (p_{\text{data}} + p_G)/2$, so that $D^* = p_{\text{data}}/(2m)$:
#
# $$V(G, D^*) = \int p_{\text{data}} \log \frac{p_{\text{data}}}{2m} + p_G \log \frac{p_G}{2m}\, dx
# = 2\, \text{JS}(p_{\text{data}}, p_G) - 2 \log 2.$$
#
# 3. JS is the Jensen–Shannon divergence, half of the sum of the Kullback–Leibler divergences to $m$. It is 0 only for
#    $p_G = p_{\text{data}}$, and at most $\log 2$.
#
# So with a perfect discriminator the generator lowers a divergence. But what if the densities do not overlap?

# %%
x = np.linspace(-12, 12, 4001)
shifts = np.linspace(0, 8, 33)
js = [u07.jensen_shannon(stats.norm.pdf(x), stats.norm.pdf(x, shift), x) for shift in shifts]
for shift in (0, 2, 6, 8):
    print(f"shift {shift}: JS = {js[4 * shift]:.4f}, distance of the means {shift}")
print("log 2 =", round(np.log(2), 4))
logit = np.linspace(-8, 8, 200)
with course.figures.style():
    figure, axes = course.figures.subplots(1, 2, size=(9, 3.4))
    axes[0].plot(shifts, js, color=BLUE, label="Jensen–Shannon divergence")
    axes[0].plot(shifts, shifts / 8, color=ORANGE, label="Wasserstein distance / 8")
    axes[0].set(xlabel="shift of the generator", ylabel="divergence", title="Two normal densities")
    axes[0].legend()
    axes[1].plot(logit, -np.logaddexp(0, logit), color=BLUE, label="minimax: log(1 − D)")
    axes[1].plot(logit, np.logaddexp(0, -logit), color=ORANGE, label="non-saturating: −log D")
    axes[1].set(xlabel="logit of a generated sample", ylabel="cost of the generator", title="Two costs")
    axes[1].legend(loc="lower left")
    course.figures.show(
        figure,
        "u07/divergence",
        "Left: the Jensen–Shannon divergence of two shifted densities flattens at log 2, the Wasserstein distance is a "
        "line. Right: for a recognized sample the minimax cost is flat and the non-saturating cost is steep.",
    )

# %% [markdown]
# Left: from a shift of 6 on JS is almost constant; its derivative says nothing about the direction. Right: a sample
# that is recognized has a large negative logit. There the minimax cost is flat, and the generator learns nothing just
# when it is bad. The *non-saturating* cost $-E \log D(G(z))$ has the same solution and is steep there.
#
# **Critics.** The Wasserstein distance on the left still says how far it is. It is the largest value of
# $E D(x) - E D(G(z))$ over all $D$ with $\lvert D(x) - D(x') \rvert \le \lVert x - x' \rVert$. Without this bound $D$
# could be multiplied by any factor. There are three ways to bound the slope: clip the weights (WGAN), penalize the
# slope (WGAN-GP), or divide each kernel by its largest singular value $\sigma$ (spectral normalization). For the last
# one, $\lVert x W - x' W \rVert \le \sigma \lVert x - x' \rVert$ is the definition of $\sigma$. The power iteration
# finds it: $W^\top W$ has the eigenvalues $\sigma_j^2$, so repeated multiplication makes the direction of the largest
# one grow fastest. It needs one product with $W$ and one with $W^\top$ in a step.

# %%
rng = np.random.default_rng(0)
W, u = rng.normal(size=(20, 10)), rng.normal(size=10)
exact = np.linalg.svd(W)[1]
for step in range(1, 31):
    sigma, u = u07.power_iteration(W, u)
    if step in (1, 5, 30):
        print(f"power iteration, {step} steps: {float(sigma):.3f}; exact {exact[0]:.3f}")
print(
    f"the second value is {exact[1]:.3f}: an error shrinks by about {(exact[1] / exact[0]) ** 4:.2f} in a step"
)

# %% [markdown]
# The estimate is a product of two vectors whose error is $(\sigma_2/\sigma_1)^2$ times smaller after each step; the
# error of $\sigma$ itself is quadratic in it, which explains the fourth power.
#
# In practice one trains both networks in turn, with one optimizer each; the gradient of each cost is taken in its own
# network only. DCGAN is this with convolutions; LSGAN replaces the logarithms by squared errors; a conditional GAN
# gives the class $y$ to both networks; CycleGAN has two generators that translate between two kinds of images without
# pairs, and asks that a translation there and back returns the image. Try `course run u07/ring_of_gaussians` and
# `course run u07/cycle_gan`.
#
# **Question.** The data have two modes far from each other, equally likely. A generator draws perfect samples of the
# first mode and none of the second: *mode collapse*. What is JS? How many percent of its maximum is that?
#
# <details><summary>Answer</summary>
#
# On the first mode $p_{\text{data}} = \tfrac12 p_G$, so $m = \tfrac34 p_G$; on the second one
# $m = \tfrac12 p_{\text{data}}$. Each mode has half of the data, and the first one has all samples, so
#
# $$\text{JS} = \tfrac12 \Big( \tfrac12 \log \frac{1/2}{3/4} + \tfrac12 \log 2 \Big) + \tfrac12 \log \frac{1}{3/4}
# = \tfrac34 \log \tfrac43 \approx 0.216.$$
#
# This is 31% of the maximum $\log 2 \approx 0.693$. Half of the data is missing, and the divergence is less than a
# third of that of a generator whose samples are all wrong. There is another danger: the generator is trained at its own
# samples only, and the gradient at the first mode says nothing about the second one.
#
# </details>
#
# **Exercises.** `course start u07/ex02` (the optimal discriminator), `course start u07/ex06` (four costs and their
# gradients), `course start u07/ex11` (the penalty by hand), `course start u07/ex14` (spectral normalization).

# %% [markdown]
# ## Part 3: Judging and using samples (15 minutes)
#
# The costs of a GAN do not say how good its samples are: both networks may improve, and the costs stay. Pixels are no
# help either, for an image that is moved by one pixel is far away from itself. So samples are compared by *features*,
# what a classifier computes before its last layer.
#
# **The Fréchet distance** treats the features of both sets as normal and asks for the smallest
# $E \lVert a - b \rVert^2$ over all ways to draw $a$ and $b$ together. For one feature this can be computed:
#
# 1. $E (a - b)^2 = (\mu_a - \mu_b)^2 + \sigma_a^2 + \sigma_b^2 - 2 \operatorname{Cov}(a, b)$.
# 2. By the inequality of Cauchy and Schwarz $\operatorname{Cov}(a, b) \le \sigma_a \sigma_b$. Equality is reached by
#    $a = \mu_a + \sigma_a e$ and $b = \mu_b + \sigma_b e$ with the same $e \sim N(0, 1)$.
# 3. So the smallest value is $(\mu_a - \mu_b)^2 + (\sigma_a - \sigma_b)^2$.
#
# With several features $\sigma_a \sigma_b$ becomes a matrix root:
# $\lVert \mu_a - \mu_b \rVert^2 + \text{tr}(\Sigma_a + \Sigma_b - 2 (\Sigma_a \Sigma_b)^{1/2})$. From samples it is
# *too large*. Two sets of $n$ draws from one distribution have means that differ by
# $E \lVert \bar a - \bar b \rVert^2 = 2\, \text{tr}(\Sigma)/n$, and the covariances differ, too. The kernel distance
# KID has no such bias: it leaves out pairs of a sample with itself.

# %%
print(
    "N(0, 1) and N(3, 4):",
    round(u07.frechet_of_gaussians([0.0], [[1.0]], [3.0], [[4.0]]), 3),
    "by hand: 9 + 1",
)
rng = np.random.default_rng(1)
for size in (20, 200, 2000):
    a, b = rng.normal(size=(2, size, 8))
    means = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    print(
        f"{size} samples of 8 features: Fréchet {u07.frechet_distance(a, b):.3f}, of which means {means:.3f}"
        f" (expected {16 / size:.3f}), KID {u07.kernel_distance(a, b):+.3f}"
    )

# %% [markdown]
# With ten times as many samples the distance of a distribution from itself falls to about a tenth. This *floor* must be
# printed beside every distance. KID is sometimes negative, as an unbiased estimate of 0 has to be.
#
# **What is wrong?** One number cannot say it. *Precision* is the share of samples inside balls around the data,
# *recall* the share of the data inside balls around the samples. The radius of a ball reaches to its third nearest
# neighbour.

# %%
real, samples = rng.normal(size=(2, 400, 2))
real[:200, 0] += 20
print(
    "samples of one cluster of two: precision {:.2f}, recall {:.2f}".format(
        *u07.precision_recall(real, samples)
    )
)
noisy = real + 3 * rng.normal(size=real.shape)
print(
    "both clusters with much noise: precision {:.2f}, recall {:.2f}".format(
        *u07.precision_recall(real, noisy)
    )
)

# %% [markdown]
# The first generator draws good samples and misses half of the data. The second one covers the data, but few of its
# samples look like them.
#
# **Uses.** Generated images can be added to a few labelled ones. A variational autoencoder (part 4) that has seen many
# images of two people and no name decodes points between the codes of two images of one person. The faces are drawn, so
# that we can draw as many as we like; eight pixels a side show little more than hair and light.

# %%
images_a, images_b = u07.two_people(60, pixels=8)
faces, person = np.concatenate([images_a, images_b]), np.repeat([0, 1], 60)
vae = u07.VAE(*u07.dense_coders((8, 8, 1), 32, latent=4), seed=0)
vae.compile(keras.optimizers.Adam(0.01))
vae.fit(faces, batch_size=60, epochs=60, verbose=0)
few = [0, 1, 2, 60, 61, 62]  # three labelled images of each
between, labels = u07.images_between(vae, faces[few], person[few], 100, rng)
means = np.stack([images_a.mean(axis=0), images_b.mean(axis=0)])
nearer = np.argmin(((between[:, None] - means) ** 2).sum(axis=(2, 3, 4)), axis=1)
print(
    f"100 images from 6 labels: {np.mean(nearer == labels):.0%} are nearer to the mean image of their own person"
)
with course.figures.style():
    figure, axes = course.figures.subplots(2, 8, size=(9, 2.8))
    for k in (0, 1):
        shown = [*faces[few][3 * k : 3 * k + 3], *between[labels == k][:5]]
        for i, (axis, image) in enumerate(zip(axes[k], shown, strict=True)):
            axis.imshow(image[..., 0], cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[], title=("given" if i < 3 else "decoded") if k == 0 else "")
            axis.grid(False)
    course.figures.show(
        figure,
        "u07/between",
        "In each row three given images of one drawn person, and five decoded images of the same person.",
    )

# %% [markdown]
# Whether such images are worth labels has to be measured against cheap alternatives such as shifts
# (`course run u07/augmentation`); on small digits they are not. The same construction with one encoder and a decoder
# for each person swaps faces (`course run u07/deep_fakes`). Ask people before you train on their images, and label what
# is generated.
#
# **Question.** Paper 1 reports a Fréchet distance of 12 from 500 samples, paper 2 one of 10 from 5,000 samples with the
# same features. Each compares with as many test images as it has samples. Which model is better?
#
# <details><summary>Answer</summary>
#
# One cannot say. The bias falls like $1/n$: if the floor of 500 samples is, for example, 6, that of 5,000 samples is
# about $0.6$. Then the first model is about 6 above its floor and the second one about $9.4$, so the first would be the
# better one. Only distances with the same features *and* the same number of samples can be compared.
#
# </details>
#
# **Exercises.** `course start u07/ex03` on the Fréchet distance and its bias, `course start u07/ex07` on precision,
# recall and coverage.

# %% [markdown]
# ## Part 4: Latent variables and likelihoods (20 minutes)
#
# A GAN cannot say how likely an image is. Models with a likelihood can, and they are trained without a game.
#
# **The bound.** Draw $z \sim p(z) = N(0, I)$, then $x$ from $p(x \text{ given } z)$, for example a normal distribution
# around the output of a decoder. The likelihood $p(x) = \int p(z)\, p(x \text{ given } z)\, dz$ is an integral over all
# codes and cannot be computed. Let $q(z)$ be any density. Then
#
# 1. $p(x) = p(x, z)/p(z \text{ given } x)$ for every $z$. Take the logarithm, and the mean over $z \sim q$:
#    $\log p(x) = E_q \log p(x, z) - E_q \log p(z \text{ given } x)$.
# 2. Subtract and add $E_q \log q(z)$:
#
# $$\log p(x) = \underbrace{E_q \log \frac{p(x, z)}{q(z)}}_{\text{ELBO}} +
# \underbrace{E_q \log \frac{q(z)}{p(z \text{ given } x)}}_{\text{KL}(q \,\Vert\, p(z \text{ given } x)) \,\ge\, 0}.$$
#
# 3. With $p(x, z) = p(z)\, p(x \text{ given } z)$ the first term is
#    $E_q \log p(x \text{ given } z) - \text{KL}(q \,\Vert\, p(z))$: fit minus price.
#
# So the evidence lower bound is too small by exactly the divergence of $q$ from the true posterior. The *encoder*
# returns $\mu(x)$ and $\sigma(x)$ of $q = N(\mu, \sigma^2)$; raising the bound trains decoder and encoder together. For
# a linear decoder everything is known, so the statement can be checked:

# %%
model = u07.LinearGaussian(weights=[[1.0], [2.0]], offset=[0.0, 0.0], deviation=0.5)
x = model.sample(1, np.random.default_rng(0))
(best_mean,), ((variance,),) = model.posterior(x)
evidence = model.log_evidence(x)[0]
print(
    f"log p(x) = {evidence:.4f}; posterior with the mean {best_mean[0]:.3f} and deviation {np.sqrt(variance):.3f}"
)
for mean, deviation in ((best_mean[0], np.sqrt(variance)), (best_mean[0], 1.0), (0.0, 1.0)):
    bound = model.elbo(x, [[mean]], np.log([[deviation]]))[0]
    squares = (deviation**2 + (mean - best_mean[0]) ** 2) / variance
    gap = 0.5 * (squares - 1 - np.log(deviation**2 / variance))
    print(
        f"q = N({mean:.3f}, {deviation:.3f}²): ELBO {bound:.4f}, KL to the posterior {gap:.4f}, sum {bound + gap:.4f}"
    )

# %% [markdown]
# In the first line the bound is reached; in all lines the sum is $\log p(x)$.
#
# **A gradient through a draw.** One cannot differentiate "draw $z$ from $q$". But $z = \mu + \sigma \varepsilon$ with
# $\varepsilon \sim N(0, 1)$ has the right distribution, and $\varepsilon$ does not depend on the parameters. For fixed
# $\varepsilon$ it is an ordinary function. For $h(z) = z^2$ we know $E h = \mu^2 + \sigma^2$ with the derivatives
# $2\mu$ and $2\sigma$; through the draw they are means of $2z$ and $2 z \varepsilon$.

# %%
mu, sigma, e = 0.7, 1.3, np.random.default_rng(0).normal(size=200_000)
z = mu + sigma * e
print(
    f"by μ: {np.mean(2 * z):.2f}, exact {2 * mu:.2f};  by σ: {np.mean(2 * z * e):.2f}, exact {2 * sigma:.2f}"
)

# %% [markdown]
# **A likelihood without a bound.** A flow maps $x$ to $z = f(x)$ by an invertible function. For one number and a rising
# $f$, $P(x \le s) = P(z \le f(s))$; the derivative by $s$ is $p(s) = p_z(f(s))\, f'(s)$. In general $f'$ becomes the
# absolute value of a determinant: $\log p(x) = \log N(f(x); 0, I) + \log \lvert \det \partial f/\partial x \rvert$. A
# general determinant is expensive. A *coupling* keeps $x_1$ and changes $x_2$ with numbers that depend on $x_1$ only:
#
# $$z_1 = x_1, \quad z_2 = x_2\, e^{s(x_1)} + b(x_1), \qquad
# \frac{\partial z}{\partial x} = \begin{pmatrix} 1 & 0 \cr * & e^{s(x_1)} \end{pmatrix}, \qquad
# \det = e^{s(x_1)}.$$
#
# What stands at the star does not matter, so $s$ and $b$ may be any networks, and no network is ever inverted. Here
# they are two formulas; the density has to add up to 1.

# %%
grid = np.linspace(-6, 8, 401)
x1, x2 = np.meshgrid(grid, grid + 2)
s, b = 0.5 * np.cos(x1), 1 - 0.5 * x1**2
density = stats.norm.pdf(x1) * stats.norm.pdf(x2 * np.exp(s) + b) * np.exp(s)
print(f"integral of the density: {density.sum() * (grid[1] - grid[0]) ** 2:.4f}")
print(f"without the determinant: {(density / np.exp(s)).sum() * (grid[1] - grid[0]) ** 2:.4f}")
with course.figures.style():
    figure, axes = course.figures.subplots(size=(5.2, 4.2))
    axes.contourf(x1, x2, density, levels=12)
    axes.set(xlabel="x₁", ylabel="x₂", xlim=(-3, 3), ylim=(-3, 4), title="The density of one coupling")
    axes.grid(False)
    course.figures.show(
        figure, "u07/coupling", "The density of a flow with one coupling is bent like a banana."
    )

# %% [markdown]
# **A code of whole numbers.** A VQ-VAE replaces the code by the nearest of $K$ vectors $e_k$. The nearest vector does
# not change if $z$ moves a little, so the true gradient is 0. The *straight-through* gradient passes the decoder's
# gradient to $z$ as it is, and the $e_k$ follow their clusters like the centers of K-means. A *hierarchical* VAE has a
# second latent vector above the first one, and a bound with one divergence for each
# (`course run u07/hierarchical_vae`).
#
# **Question.** You train a VAE with the cost "squared error" plus "KL", without thinking about $\sigma_x$, the standard
# deviation of $p(x \text{ given } z)$. Which $\sigma_x$ have you chosen? A colleague divides the squared error by the
# number of pixels, 784. What happens?
#
# <details><summary>Answer</summary>
#
# $-\log p(x \text{ given } z) = \lVert x - \hat x \rVert^2/(2\sigma_x^2) + \text{const}$, so a factor of 1 means
# $\sigma_x^2 = \tfrac12$, or $\sigma_x \approx 0.71$: enormous for pixels in $[0, 1]$. With the mean over pixels
# $2 \sigma_x^2 = 784$ and $\sigma_x \approx 20$. Then every image is explained by noise, the code is not worth its
# price, $q$ becomes the prior, and all reconstructions are the mean image. Therefore our VAE learns $\sigma_x$.
#
# </details>
#
# **Exercises.** `course start u07/ex05` (the bound and the best encoder), `course start u07/ex09` (couplings),
# `course start u07/ex10` (codes of several numbers).

# %% [markdown]
# ## Part 5: From noise to data (20 minutes)
#
# Turning noise into an image in one step is hard. Turning an image into noise is easy. Can we do it in many small steps
# and learn to reverse each of them?
#
# **Adding noise.** A step is $x_t = \sqrt{\alpha_t}\, x_{t-1} + \sqrt{\beta_t}\, \varepsilon$ with
# $\alpha_t = 1 - \beta_t$. Let $\bar\alpha_t$ be the product of all $\alpha$ up to $t$. We claim
# $x_t = \sqrt{\bar\alpha_t}\, x + \sqrt{1 - \bar\alpha_t}\, \varepsilon$, by induction:
#
# - The part of the data is multiplied by $\sqrt{\alpha_t}$, and
#   $\sqrt{\alpha_t \bar\alpha_{t-1}} = \sqrt{\bar\alpha_t}$.
# - The old noise has the variance $\alpha_t (1 - \bar\alpha_{t-1}) = \alpha_t - \bar\alpha_t$ after the step, the new
#   one $\beta_t = 1 - \alpha_t$. Both are normal and independent, so they add up to normal noise of variance
#   $1 - \bar\alpha_t$.
#
# So any time is reached with one draw: training needs no loop over the times.

# %%
for name, schedule in (("linear", u07.linear_schedule), ("cosine", u07.cosine_schedule)):
    left = np.asarray(schedule(1000))
    print(
        f"{name}: share of the data's variance after 500 of 1000 steps {left[499]:.3f}, at the end {left[-1]:.1e}"
    )

# %% [markdown]
# **What the network learns.** It gets $x_t$ and $t$ and estimates the noise by least squares, so as in the denoising
# autoencoder of unit 6 its best answer is $E(\varepsilon \mid x_t)$. This one function is all that is needed:
#
# 1. The density of $x_t$ is $p_t(x_t) = \int p(x)\, N(x_t;\, \sqrt{\bar\alpha_t}\, x,\, (1 - \bar\alpha_t) I)\, dx$.
# 2. The gradient of the normal density by $x_t$ is the density times
#    $-(x_t - \sqrt{\bar\alpha_t}\, x)/(1 - \bar\alpha_t) = -\varepsilon/\sqrt{1 - \bar\alpha_t}$.
# 3. Divide by $p_t$: $\nabla \log p_t(x_t) = -E(\varepsilon \mid x_t)/\sqrt{1 - \bar\alpha_t}$. The estimate of the
#    noise *is* the *score*, the direction in which the data become more likely.
#
# **One differential equation.** Flow matching uses straight lines $x_t = (1 - t)\, x + t\, \varepsilon$ with $t$ from 0
# to 1 and the velocity $\varepsilon - x$. A network learns the mean velocity $v(x_t, t) = E(\varepsilon - x \mid x_t)$
# of all lines through a point. Since $x = (x_t - t\varepsilon)/(1 - t)$, we have
# $\varepsilon - x = (\varepsilon - x_t)/(1 - t)$, and with step 3 (where $t$ takes the place of
# $\sqrt{1 - \bar\alpha_t}$)
#
# $$\frac{dx}{dt} = v(x, t) = -\frac{x_t + t\, \nabla \log p_t(x_t)}{1 - t}.$$
#
# Solved from $t = 1$ down to 0, it turns noise into data. If the data are a mixture of normal distributions, the score
# is known, and no network is needed: what remains is the error of the method.

# %%
centers, width = 2 * np.array([[np.cos(a), np.sin(a)] for a in np.arange(5) * 2 * np.pi / 5]), 0.1


def velocity(x, t):
    """The mean velocity for a ring of five normal distributions."""
    return u07.velocity_from_score(x, t, u07.mixture_score(x, t, centers, width))


start, noise = 0.999, np.random.default_rng(0).normal(size=(200, 2))
exact = u07.follow(velocity, noise, 256, "heun", start)[-1]
for method in ("euler", "heun"):
    for steps in (8, 32):
        reached = u07.follow(velocity, noise, steps, method, start)[-1]
        error = np.median(np.linalg.norm(reached - exact, axis=1))
        print(f"{method}, {steps} steps: median error {error:.4f}")
paths = u07.follow(velocity, noise[:60], 64, "heun", start)
with course.figures.style():
    figure, axes = course.figures.subplots(size=(5, 4.8))
    axes.plot(paths[:, :, 0], paths[:, :, 1], color="grey", linewidth=0.7)
    axes.plot(*paths[0].T, "o", color=ORANGE, label="noise")
    axes.plot(*paths[-1].T, "o", color=BLUE, label="data")
    axes.set(xlabel="x₁", ylabel="x₂", title="From noise to five clusters", aspect="equal", ylim=(-2.5, 3.1))
    axes.legend(loc="upper right")
    course.figures.show(
        figure,
        "u07/flow",
        "Sixty bent paths lead from points of a normal distribution to five clusters on a ring.",
    )

# %% [markdown]
# Every start has one end: the path is decided by the noise. Heun's method needs two evaluations in a step, and its
# error falls faster with the number of steps. DDPM adds fresh noise in every step, DDIM is Euler's method for such an
# equation, in rescaled variables. *Guidance* with a label $y$ moves away from what all classes have in common,
# $(1 - \omega)\, v + \omega\, v_y$ with $\omega > 1$; *latent diffusion* does all this with the codes of an
# autoencoder.
#
# **Filling holes.** A diffusion model was never trained to fill a hole, but it knows what is likely. In every step the
# known part is replaced by its noisy true value. One step at each time does not let both parts agree; going back and
# repeating does. With normal data the best estimate is known: here two entries have the correlation $0.9$, the first
# one is 1, and the second one has the mean $0.9$.

# %%
covariance, alpha_bars = np.array([[1, 0.9], [0.9, 1]]), np.asarray(u07.cosine_schedule(50))


def noise_estimate(x_t, t):
    """E(ε given x_t) for x ~ N(0, Σ): √(1 − ᾱ) (ᾱ Σ + (1 − ᾱ) I)⁻¹ x_t."""
    kept = alpha_bars[t[0]]
    return np.sqrt(1 - kept) * x_t @ np.linalg.inv(kept * covariance + (1 - kept) * np.eye(2))


for repeats in (1, 10):
    known = np.array([[1, 0]])
    filled = u07.inpaint(
        np.ones((2000, 2)), known, noise_estimate, alpha_bars, np.random.default_rng(0), repeats
    )
    print(f"{repeats} steps at each time: mean of the filled entry {filled[:, 1].mean():.2f}; exact 0.90")

# %% [markdown]
# **Question.** A network estimates the noise at the last time of the linear schedule,
# $\bar\alpha_{999} = 4 \cdot 10^{-5}$, with an error of $0.01$. How large is the error of
# $\hat x = (x_t - \sqrt{1 - \bar\alpha_t}\, \varepsilon_\theta)/\sqrt{\bar\alpha_t}$? Another network estimates
# $v = \sqrt{\bar\alpha_t}\, \varepsilon - \sqrt{1 - \bar\alpha_t}\, x$ with the same error, and
# $\hat x = \sqrt{\bar\alpha_t}\, x_t - \sqrt{1 - \bar\alpha_t}\, v$.
#
# <details><summary>Answer</summary>
#
# The first error is $0.01 \cdot \sqrt{1 - \bar\alpha_t}/\sqrt{\bar\alpha_t} \approx 0.01 \cdot 158 \approx 1.6$. That
# is larger than the data: the noise is nearly all of $x_t$, so knowing it well says little about $x$. The second error
# is $0.01 \cdot \sqrt{1 - \bar\alpha_t} \approx 0.01$. At late times $v \approx -x$: the network estimates the data
# directly. (That the formula gives back $x$:
# $\sqrt{\bar\alpha}\, x_t - \sqrt{1 - \bar\alpha}\, v = \bar\alpha x + (1 - \bar\alpha) x$, because the terms with
# $\varepsilon$ cancel.)
#
# </details>
#
# **Exercises.** `course start u07/ex08` (to noise and one step back), `course start u07/ex12` (DDIM), and
# `course start u07/ex13` (the exact flow to a set of points).

# %% [markdown]
# ## Summary
#
# | model | is trained by | gives | weak point |
# | --- | --- | --- | --- |
# | GAN | a game; with the best $D$: $2\,\text{JS} - \log 4$ | sharp samples in one step | circles, missing modes |
# | VAE | ELBO = $\log p(x)$ minus a divergence | codes, a bound | blurred means |
# | flow | the exact $\log p(x)$ | likelihood, sampling in one pass | invertible layers only |
# | diffusion, flow matching | least squares on noise or velocity | the best samples | many evaluations |
#
# **Pitfalls.** Comparing Fréchet distances of different sample sizes. Reading the costs of a GAN as quality. A weight
# of the KL term that nobody chose. Believing that a good likelihood means good samples. Estimating the noise where
# there is only noise.
#
# **Where to go on.** `course run u07/bilinear_game`, `course run u07/ring_of_gaussians`, `course run u07/judging`,
# `course run u07/variational_autoencoder`, `course run u07/probability_flow`, `course run u07/one_table`; §8.1–8.3 of
# the book.
