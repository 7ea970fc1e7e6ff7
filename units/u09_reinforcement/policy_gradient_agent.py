"""The loop of REINFORCE, A2C and PPO: act, estimate advantages, learn, forget (§8.4)."""

import numpy as np

from course.errors import CourseError
from units.u03_optimization.hyperparameters import check_share, check_size
from units.u09_reinforcement.environments import discrete_actions, make, observation_shape
from units.u09_reinforcement.experience import rollout, whole_episodes
from units.u09_reinforcement.interaction import Interaction
from units.u09_reinforcement.reinforce import REINFORCE
from units.u09_reinforcement.stopwatch import Stopwatch


class PolicyGradientAgent:
    """Trains a ``REINFORCE``, ``A2C`` or ``PPO`` by its own actions.

    Each piece of experience is used and then forgotten: the policy gradient holds for actions of the present policy.
    REINFORCE plays whole episodes, one in each environment; the others do ``piece`` steps in each environment.

    Args:
        model: the actor-critic, compiled with an optimizer.
        name: what ``make`` takes, with its ``options``.
        envs: number of environments that are stepped together.
        piece: steps in each environment between two updates.
        epochs: how often a piece is gone through; more than 1 needs the ratios of PPO.
        minibatch: rows of an update, a divisor of piece · envs; None for all rows.
        discount: γ.
        trace: λ of ``gae``.
        decay: whether the learning rate, and the clip range of PPO, fall linearly to 0 during ``learn``.
        seed: of the environments, the actions and the order of the rows.

    Attributes:
        steps: number of environment steps so far.
        returns, ends: the return of each finished episode, and the number of steps when its piece was over.
        losses: the last loss of each piece.
        watch: a ``Stopwatch`` with the seconds of environment, acting and learning.

    Raises:
        ValueError: an argument is out of its range, or the environment does not fit the model.
        CourseError: the loss is not finite.
    """

    def __init__(
        self, model, name, *, envs=8, piece=32, epochs=1, minibatch=None, discount=0.99, trace=0.95, decay=False,
        seed=0, **options,
    ):  # fmt: skip
        self.model, self.seed, self.decay = model, seed, decay
        self.piece, self.epochs = check_size("piece", piece), check_size("epochs", epochs)
        self.minibatch = None if minibatch is None else check_size("minibatch", minibatch)
        self.discount, self.trace = check_share("discount", discount), trace
        if not 0 <= trace <= 1:
            raise ValueError(f"trace is a number from 0 to 1, not {trace}.")
        if getattr(model, "optimizer", None) is None:
            raise ValueError("The model has no optimizer: call model.compile(optimizer) first.")
        if epochs > 1 and not hasattr(model, "clip"):
            raise ValueError("Only PPO may go through a piece more than once: epochs is 1 for other agents.")
        if not isinstance(model, REINFORCE) and minibatch is not None and piece * envs % minibatch:
            raise ValueError(
                f"minibatch divides the {piece * envs} rows of a piece, which {minibatch} does not."
            )
        self.environments = make(name, envs, seed, **options)
        require_fit(model, self.environments)
        self.interaction = Interaction(self.environments, seed)
        self.rng, self.watch = np.random.default_rng([seed, 1]), Stopwatch()
        self.steps, self.returns, self.ends, self.losses = 0, [], [], []

    def learn(self, steps):
        """Go on until ``steps`` environment steps have been done since the beginning; return the agent."""
        check_size("steps", steps)
        rate = float(self.model.optimizer.learning_rate)
        while self.steps < steps:
            if self.decay:
                self._decay(rate, 1.0 - self.steps / steps)
            batch = self._experience()
            with self.watch("learning"):
                self.losses.append(self._update(batch))
            if not np.isfinite(self.losses[-1]):
                raise CourseError(
                    f"The loss of {type(self.model).__name__} is {self.losses[-1]} after {self.steps} steps: use a "
                    "smaller learning rate, or global_clipnorm in the optimizer."
                )
        if self.decay:
            self._decay(rate, 1.0)
        return self

    def close(self):
        """Close the environments."""
        self.environments.close()

    def _experience(self):
        if isinstance(self.model, REINFORCE):
            seed = [self.seed, 2 + len(self.losses)]
            batch, returns, lengths = whole_episodes(
                self.model, self.environments, seed, self.discount, self.rng, self.watch
            )
            self.steps += sum(lengths)
        else:
            batch = rollout(
                self.model, self.interaction, self.piece, self.discount, self.trace, self.rng, self.watch
            )
            returns, self.steps = self.interaction.returns[len(self.returns) :], self.interaction.steps
        self.returns += returns
        self.ends += [self.steps] * len(returns)
        return batch

    def _update(self, batch):
        """Go through a piece, and return the last loss."""
        rows = len(batch["valid"])
        minibatch = rows if self.minibatch is None or isinstance(self.model, REINFORCE) else self.minibatch
        if minibatch == rows and self.epochs == 1:
            return float(self.model.train_on_batch(batch, return_dict=True)["loss"])
        # one call of fit for all epochs: each has an order of its own
        order = np.concatenate([self.rng.permutation(rows) for _ in range(self.epochs)])
        data = {name: array[order] for name, array in batch.items()}
        return self.model.fit(data, batch_size=minibatch, shuffle=False, verbose=0).history["loss"][-1]

    def _decay(self, rate, share):
        self.model.optimizer.learning_rate = rate * share
        if hasattr(self.model, "clip"):
            self.model.clip.assign(self.model.first_clip * share)


def require_fit(model, environments):
    """Raise ValueError unless the networks fit the observations and actions of the environments."""
    actions, shape = discrete_actions(environments), observation_shape(environments)
    if shape != (model.features,) or actions != model.actions:
        raise ValueError(
            f"The model was made for observations of length {model.features} and {model.actions} actions, but the "
            f"environment has observations of shape {shape} and {actions} actions."
        )
