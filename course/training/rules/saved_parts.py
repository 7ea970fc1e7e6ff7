"""Models and layers whose arguments are themselves networks, layers or optimizers, saved and made again."""

import keras


class SavedParts:
    """For a class with Keras objects among its arguments: ``get_config`` and ``from_config``.

    A subclass names its arguments, which it keeps under the same names: ``parts`` are Keras objects (or None), and
    ``settings`` are plain values.

    Example::

        class VAE(SavedParts, course.Model):
            parts, settings = ("encoder", "decoder"), ("weight",)
    """

    parts = ()
    settings = ()

    def get_config(self):
        """The arguments of ``__init__``."""
        settings = {name: getattr(self, name) for name in self.settings}
        parts = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in self.parts}
        return {**super().get_config(), **settings, **parts}

    @classmethod
    def from_config(cls, config):
        """Make an object from ``get_config``."""
        return cls(
            **config | {name: keras.saving.deserialize_keras_object(config[name]) for name in cls.parts}
        )
