"""The block of today's language models, each of its parts a switch; and a GPT made of it (§7.5, ☆)."""

import keras

from units.u08_sequence.decoder_block import DecoderBlock
from units.u08_sequence.feed_forward import FeedForward
from units.u08_sequence.gated_feed_forward import GatedFeedForward, relu_squared, same_cost
from units.u08_sequence.gpt import GPT
from units.u08_sequence.grouped_query_attention import GroupedQueryAttention
from units.u08_sequence.rms_norm import RMSNorm

ACTIVATIONS = {"gelu": "gelu", "relu_squared": relu_squared, "swiglu": None}


@keras.saving.register_keras_serializable("medl")
class ModernBlock(DecoderBlock):
    """A decoder block with pre-norm and switches for its parts; with all of them off and biases it is that of GPT-2.

    Args:
        heads, d_inner, dropout, epsilon: as in ``DecoderBlock``. For "swiglu" the width of the feed-forward network is
            ``same_cost(d_inner)``, so that all kinds have the same number of weights.
        rms_norm: ``RMSNorm`` in place of LayerNorm.
        feed_forward: "gelu", "relu_squared" or "swiglu".
        rotary: whether attention turns queries and keys.
        groups: number of keys and values for the heads, one for each head if None.
        qk_norm: whether queries and keys are normalized.
        use_bias: whether the products have biases.

    Shapes: x (batch, seq, d_model), output the same.

    Raises:
        ValueError: an unknown kind of feed-forward network, or groups does not divide heads.
    """

    def __init__(
        self,
        heads,
        d_inner,
        dropout=0.0,
        rms_norm=True,
        feed_forward="swiglu",
        rotary=True,
        groups=None,
        qk_norm=True,
        use_bias=False,
        epsilon=1e-5,
        **kwargs,
    ):
        if feed_forward not in ACTIVATIONS:
            raise ValueError(f"feed_forward is one of {', '.join(ACTIVATIONS)}, not {feed_forward!r}.")
        options = {"norm_first": True, "epsilon": epsilon, "rotary": rotary, "use_bias": use_bias}
        super().__init__(heads, d_inner, dropout, **options, **kwargs)
        groups = heads if groups is None else groups
        self.switches = {"rms_norm": rms_norm, "feed_forward": feed_forward}
        self.switches |= {"groups": groups, "qk_norm": qk_norm}

    def make_attention(self, heads, d, **options):
        """Grouped-query attention."""
        parts = {name: self.switches[name] for name in ("groups", "qk_norm")}
        return GroupedQueryAttention(heads, d, **parts, **options)

    def make_norm(self, **options):
        """RMSNorm or LayerNorm."""
        return RMSNorm(self.epsilon, **options) if self.switches["rms_norm"] else super().make_norm(**options)

    def make_feed_forward(self, **options):
        """SwiGLU, or two layers."""
        kind = self.switches["feed_forward"]
        if kind == "swiglu":
            return GatedFeedForward(same_cost(self.d_inner), use_bias=self.use_bias, **options)
        return FeedForward(self.d_inner, ACTIVATIONS[kind], self.use_bias, **options)

    def get_config(self):
        """The arguments of ``__init__``."""
        config = super().get_config()
        for name in ("activation", "norm_first", "cross"):
            del config[name]
        return {**config, **self.switches}


@keras.saving.register_keras_serializable("medl")
class ModernGPT(GPT):
    """A ``GPT`` of modern blocks.

    Args:
        *arguments, **options: those of ``GPT``; ``positions`` is "rotary" and ``use_bias`` False if not given.
        switches: those of ``ModernBlock`` in a dict: ``rms_norm``, ``feed_forward``, ``groups``, ``qk_norm``. What is
            not in it is as ``ModernBlock`` has it.
    """

    def __init__(self, *arguments, switches=None, positions="rotary", use_bias=False, **options):
        self.switches = dict(switches or {})
        super().__init__(*arguments, positions=positions, use_bias=use_bias, **options)

    def make_block(self, name):
        """One block, not yet built."""
        options = {"rotary": self.positions == "rotary", "use_bias": self.use_bias, "name": name}
        heads, d_inner = self.sizes["heads"], self.sizes["d_inner"]
        return ModernBlock(heads, d_inner, self.rate, **self.switches, **options)

    def make_norm(self, name):
        """As in the blocks."""
        return RMSNorm(1e-5, name=name) if self.switches.get("rms_norm", True) else super().make_norm(name)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "switches": dict(self.switches)}
