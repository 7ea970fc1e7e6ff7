"""Direct preference optimization: a language model learns from pairs of texts which one is better (§7.5, ☆)."""

import keras
import numpy as np
from keras import ops
from scipy.special import expit

import course
from course.training.weighting import weighted_mean
from course.validation import array, floats


def preference_loss(chosen, rejected, beta):
    """The loss of pairs from how much more likely the policy makes each text than the reference does.

    C_i = −log σ_Sig(β (chosen_i − rejected_i)),   chosen_i = log (p_θ(a_i) / p_ref(a_i))

    Args:
        chosen, rejected: logarithms of the ratio for the better and the worse text, shape (batch,).
        beta: β > 0, weight of the divergence from the reference.

    Returns:
        C, shape (batch,).

    Raises:
        ValueError: the shapes differ, or β is not positive.

    References: Rafailov et al., "Direct preference optimization: your language model is secretly a reward model"
    (2023), equation 7.
    """
    chosen, rejected = floats(chosen), floats(rejected)
    if tuple(chosen.shape) != tuple(rejected.shape):
        raise ValueError(f"Pairs have the same shape, not {tuple(chosen.shape)} and {tuple(rejected.shape)}.")
    if not beta > 0:
        raise ValueError(f"beta must be positive, not {beta!r}.")
    # −log σ_Sig(u) = softplus(−u)
    return ops.softplus(-beta * (chosen - rejected))


def optimal_policy(p_ref, reward, beta):
    """The distribution that gains most reward for its distance from the reference.

    max_p  E_{a∼p}[R(a)] − β KL(p ‖ p_ref)   has the solution   p*(a) ∝ p_ref(a) e^{R(a)/β}

    Args:
        p_ref: probabilities of the reference, shape (..., answers).
        reward: R, shape (..., answers).
        beta: β > 0.

    Returns:
        p*, shape (..., answers).

    Raises:
        ValueError: β is not positive, or a probability is not, or there is not one reward for each probability.
    """
    p_ref, reward = array(p_ref).astype("float64"), array(reward).astype("float64")
    if not beta > 0 or not np.all(p_ref > 0):
        raise ValueError("beta and the probabilities of the reference must be positive.")
    if p_ref.shape[-1:] != reward.shape[-1:]:
        raise ValueError(
            f"Each answer has a probability and a reward, not p_ref {p_ref.shape} and reward {reward.shape}."
        )
    # p*(a) ∝ p_ref(a) e^{R(a)/β}
    exponent = np.log(p_ref) + reward / beta
    p = np.exp(exponent - exponent.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


@keras.saving.register_keras_serializable("medl")
class PreferenceTuner(course.Model):
    """A policy that is trained on pairs of texts, and a reference that stays as it is.

    C(θ) = (1/n) ∑_i −log σ_Sig(β (log (p_θ(a_i) / p_ref(a_i)) − log (p_θ(b_i) / p_ref(b_i)))),
    log p(a) = ∑_t log p(a_{t+1} | a_1, …, a_t)

    Text a_i was preferred to b_i. If people prefer a to b with probability σ_Sig(R(a) − R(b)), as Bradley and Terry
    assume, and there are enough pairs, the minimum is the optimal policy for the reward R: no reward is ever learned.

    Args:
        policy: a built model from tokens (batch, seq) to logits (batch, seq, vocabulary), such as unit 8's ``GPT``.
        reference: a model of the same kind, usually a copy with the same weights. It is frozen.
        beta: β > 0.
        prompt: number of tokens at the beginning that both texts share; they do not count. At least 1.
        ignore: number of a token that does not count, such as ``PAD``; None if all count.

    Shapes: texts a and b are token numbers, shape (batch, seq) both: ``fit(a, b)``, with ``sample_weight`` (batch,) if
    pairs do not count alike. ``call`` takes texts and returns log (p_θ / p_ref), shape (batch,).

    Raises:
        ValueError: β or the prompt is not positive, the reference is the policy itself, or texts of another shape.

    Example:
        >>> from units.u08_sequence import GPT
        >>> policy = GPT(vocabulary=7, context=5, layers=1, heads=2, d_model=4)
        >>> policy.build((None, 5))
        >>> reference = GPT.from_config(policy.get_config())
        >>> reference.build((None, 5))
        >>> reference.set_weights(policy.get_weights())
        >>> tuner = PreferenceTuner(policy, reference, beta=0.5)
        >>> tuner.compile(keras.optimizers.Adam(1e-3))
        >>> better, worse = np.ones((32, 5), "int32"), np.full((32, 5), 2)
        >>> history = tuner.fit(better, worse, verbose=0)

    References: Rafailov et al. (2023); Bradley and Terry, "Rank analysis of incomplete block designs" (1952).
    """

    def __init__(self, policy, reference, beta=0.1, prompt=1, ignore=None, **kwargs):
        super().__init__(**kwargs)
        if not beta > 0 or prompt < 1:
            raise ValueError(f"beta must be positive and prompt at least 1, not {beta} and {prompt}.")
        if reference is policy:
            raise ValueError(
                "The reference is frozen, so it must be a model of its own: a copy of the policy."
            )
        self.policy, self.reference = policy, reference
        self.reference.trainable = False
        self.beta, self.prompt, self.ignore = beta, prompt, ignore
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.agreement_mean = keras.metrics.Mean(name="agreement")
        self.built = True

    def log_probability(self, model, texts, training=False):
        """log p(a) = ∑_t log p(a_{t+1} | a_1, …, a_t) of texts (batch, seq), without the prompt; shape (batch,)."""
        logits = ops.cast(model(texts[:, :-1], training=training), "float32")
        targets = texts[:, 1:]
        each = -keras.losses.sparse_categorical_crossentropy(targets, logits, from_logits=True)
        if self.ignore is not None:
            each = ops.where(ops.equal(targets, self.ignore), 0.0, each)
        return ops.sum(each[:, self.prompt - 1 :], axis=1)

    def call(self, texts, training=False):
        """log (p_θ / p_ref) of texts (batch, seq), shape (batch,)."""
        if len(texts.shape) != 2 or (texts.shape[1] is not None and texts.shape[1] <= self.prompt):
            raise ValueError(
                f"Texts have the axes (batch, seq) and more tokens than the prompt, not {tuple(texts.shape)}."
            )
        ratio = self.log_probability(self.policy, texts, training)
        return ratio - ops.stop_gradient(self.log_probability(self.reference, texts))

    def cost(self, data, training):
        """C(θ) of a batch of pairs, and for each pair whether the better text has gained more than the other."""
        better, worse, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        if worse is None or tuple(worse.shape) != tuple(better.shape):
            raise ValueError("Each text is compared with one of the same length: fit(better, worse).")
        # both texts of all pairs at once
        chosen, rejected = ops.split(self(ops.concatenate([better, worse], axis=0), training=training), 2)
        each = preference_loss(chosen, rejected, self.beta)
        return weighted_mean(each, sample_weight), chosen > rejected

    def train_step(self, data):
        """Learn from one mini-batch of pairs."""
        (value, agrees), gradients = course.value_and_grad(
            lambda: self.cost(data, training=True), self.trainable_variables, has_aux=True
        )
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(value, agrees)

    def test_step(self, data):
        """Measure on one mini-batch of pairs."""
        return self.report(*self.cost(data, training=False))

    def report(self, value, agrees):
        """The mean loss, and the share of pairs in which the policy agrees with the preference."""
        self.loss_mean.update_state(value, sample_weight=ops.shape(agrees)[0])
        self.agreement_mean.update_state(agrees)
        return {"loss": self.loss_mean.result(), "agreement": self.agreement_mean.result()}

    def get_config(self):
        """The arguments of ``__init__``."""
        models = {"policy": self.policy, "reference": self.reference}
        options = {name: getattr(self, name) for name in ("beta", "prompt", "ignore")}
        models = {name: keras.saving.serialize_keras_object(model) for name, model in models.items()}
        return {**super().get_config(), **models, **options}

    @classmethod
    def from_config(cls, config):
        """A tuner from its arguments, with new weights."""
        models = {
            name: keras.saving.deserialize_keras_object(config[name]) for name in ("policy", "reference")
        }
        return cls(**{**config, **models})


def bradley_terry_pairs(texts, reward, number, rng, judges=None):
    """Pairs of texts, and how often each of the two was preferred.

    P(a before b) = σ_Sig(R(a) − R(b))

    Every pair stands there twice, as (a, b) and as (b, a), directly one after the other; the weights say which share of
    the judges agreed. Do not shuffle single rows of small batches apart: ``fit(better, worse, sample_weight=weights)``
    with an even batch size and ``shuffle=False`` keeps the two together.

    Args:
        texts: shape (texts, seq).
        reward: R of each text, shape (texts,).
        number: of pairs, drawn with replacement.
        rng: a NumPy generator.
        judges: number of judges of each pair, whose votes are drawn; None for so many that the share is P itself.

    Returns:
        ``(better, worse, weights)``, shapes (2 number, seq) twice and (2 number,).

    Raises:
        ValueError: not one reward for each text, no pair, or no judge.
    """
    texts, reward = array(texts), array(reward).astype("float64")
    if reward.shape != (len(texts),):
        raise ValueError(f"There is one reward for each of the {len(texts)} texts, not {reward.shape}.")
    if number < 1 or (judges is not None and judges < 1):
        raise ValueError(f"There is at least one pair and one judge, not {number} and {judges}.")
    a, b = rng.integers(len(texts), size=(2, number))
    # P(a before b) = σ_Sig(R(a) − R(b))
    share = expit(reward[a] - reward[b])
    if judges is not None:
        share = rng.binomial(judges, share) / judges
    first, second = np.stack([a, b], axis=1).ravel(), np.stack([b, a], axis=1).ravel()
    weights = np.stack([share, 1 - share], axis=1).ravel().astype("float32")
    return texts[first], texts[second], weights
