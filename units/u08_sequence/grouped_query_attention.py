"""Grouped queries: several heads share their keys and values, so the cache is smaller (§7.5, ☆)."""

import keras
from keras import ops

from units.u08_sequence.multi_head_attention import MultiHeadAttention
from units.u08_sequence.rms_norm import RMSNorm


@keras.saving.register_keras_serializable("medl")
class GroupedQueryAttention(MultiHeadAttention):
    """Multi-head attention in which each group of heads has one key and one value.

    head_j = attention(x W_j^q, y W_g^k, y W_g^v)   with the group g = ⌊j · groups / heads⌋

    The cache holds ``groups`` keys a step in place of ``heads``. With groups = heads this is multi-head attention, with
    groups = 1 multi-query attention. Without the normalization it is ``keras.layers.GroupQueryAttention``.

    Args:
        heads: number of heads of the queries.
        d: size of a query.
        groups: number of keys and values; it divides the number of heads.
        qk_norm: whether queries and keys are normalized (``RMSNorm``) before they are turned and compared. Then the
            scores cannot grow with the kernels, which makes large learning rates safe.
        **options: those of ``MultiHeadAttention``.

    Raises:
        ValueError: groups does not divide heads.

    References: Ainslie et al., "GQA: training generalized multi-query transformer models" (2023); Henry et al.,
    "Query-key normalization for transformers" (2020).
    """

    def __init__(self, heads, d, groups=1, qk_norm=False, **options):
        super().__init__(heads, d, **options)
        if groups < 1 or heads % groups:
            raise ValueError(f"groups must divide heads = {heads}, not {groups}.")
        self.groups, self.qk_norm = groups, qk_norm

    def build(self, queries_shape, keys_shape=None):
        """Create the kernels: those of keys and values are smaller."""
        super().build(queries_shape, keys_shape)
        if self.qk_norm:
            self.query_norm, self.key_norm = (
                RMSNorm(dtype=self.dtype_policy, name=f"{name}_norm") for name in ("query", "key")
            )
            for norm in (self.query_norm, self.key_norm):
                norm.build((None, None, None, self.d))

    def key_shape(self):
        """(groups, d)."""
        return self.groups, self.d

    def normalized(self, q, k):
        """Queries and keys with the root mean square γ, if ``qk_norm``."""
        return (self.query_norm(q), self.key_norm(k)) if self.qk_norm else (q, k)

    def for_each_head(self, x):
        """(batch, groups, keys, d) → (batch, heads, keys, d): each is repeated for the heads of its group."""
        return ops.repeat(x, self.heads // self.groups, axis=1)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "groups": self.groups, "qk_norm": self.qk_norm}
