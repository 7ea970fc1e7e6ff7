"""What all models of this unit have in common: they draw samples, and the same seed draws the same samples (§8.1)."""

import keras
import numpy as np
from keras import ops

import course


class GenerativeModel(course.Model):
    """A model that draws new samples like those that it was trained on.

    A subclass defines ``train_step`` and ``draw``. ``sample`` checks the arguments and returns a NumPy array.

    Images are float32 in [−1, 1] with the shape (batch, height, width, channels); points are (batch, features).

    Example::

        model.fit(x, epochs=10)
        images = model.sample(16, seed=1)
        threes = conditional_model.sample(16, seed=1, label=3)
    """

    def sample(self, size, seed=0, **conditions):
        """Draw samples; the same seed and the same weights draw the same samples.

        Args:
            size: number of samples.
            seed: of the random numbers, an integer.
            conditions: what the model of the subclass can be told, such as ``label``.

        Returns:
            A NumPy array of float32 with the shape (size, ...).
        """
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"size must be a whole number of samples, at least 1, not {size!r}.")
        drawn = self.draw(int(size), np.random.default_rng(seed), **conditions)
        return np.asarray(ops.convert_to_numpy(drawn), "float32")

    def at_once(self, method, *tensors):
        """What a method of the model returns, as an array; ``course.compiled`` compiles it once for all draws.

        Args:
            method: a method of tensors, such as ``self.decode``.
            tensors: its arguments, arrays or lists of arrays; numbers with a fraction become float32.
        """
        made = self.__dict__.setdefault("compiled_methods", {})
        if method.__name__ not in made:
            made[method.__name__] = course.compiled(method)
        tensors = keras.tree.map_structure(tensor, tensors)
        return ops.convert_to_numpy(made[method.__name__](*tensors))

    def draw(self, size, rng, **conditions):
        """Draw ``size`` samples from the random numbers of ``rng``, a ``numpy.random.Generator``.

        NumPy draws, so the three backends get the same random numbers. The networks that turn them into samples run
        in ``at_once`` or in ``predict_on_batch``.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method draw(self, size, rng).")


def tensor(array):
    """An array as a tensor; numbers with a fraction become float32."""
    return ops.convert_to_tensor(
        array, "float32" if np.issubdtype(np.asarray(array).dtype, np.floating) else None
    )
