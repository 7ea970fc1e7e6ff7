"""What a GPT costs: weights, operations and memory, by formula (§7.5, ☆)."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Account:
    """The costs of a ``GPT`` or ``ModernGPT`` of given sizes.

    Args:
        vocabulary, context, layers, heads, d_model, d_inner: sizes of the model; d_inner is the true width of the
            feed-forward networks (``same_cost`` of the argument for SwiGLU).
        groups: number of keys and values for the heads; ``heads`` for usual attention.
        gated: whether the feed-forward networks have three kernels.
        learned: whether there is a table of positions.
        tied: whether the last layer uses the embedding again.
        use_bias: whether the products of the blocks have biases.
        norm_vectors: vectors of a normalization: 2 for LayerNorm, 1 for RMSNorm.
        qk_norm: whether queries and keys are normalized.

    Raises:
        ValueError: a size is not positive, heads does not divide d_model, or groups does not divide heads.

    Example:
        >>> model = GPT(65, context=8, layers=2, heads=2, d_model=8)
        >>> model.build((None, 8))
        >>> Account.of(model).parameters() == model.count_params()
        True

    References: Kaplan et al., "Scaling laws for neural language models" (2020), §2.1; Korthikanti et al., "Reducing
    activation recomputation in large transformer models" (2022).
    """

    vocabulary: int
    context: int
    layers: int
    heads: int
    d_model: int
    d_inner: int
    groups: int
    gated: bool = False
    learned: bool = True
    tied: bool = True
    use_bias: bool = True
    norm_vectors: int = 2
    qk_norm: bool = False

    def __post_init__(self):
        sizes = {
            name: getattr(self, name)
            for name in ("vocabulary", "layers", "heads", "d_model", "d_inner", "groups")
        }
        if min(sizes.values()) < 1 or self.context < 0:
            raise ValueError(f"The sizes of a model are positive, not {sizes | {'context': self.context}}.")
        if self.d_model % self.heads or self.heads % self.groups:
            raise ValueError(
                f"heads must divide d_model, and groups must divide heads, not d_model = {self.d_model}, heads = "
                f"{self.heads}, groups = {self.groups}."
            )

    @classmethod
    def of(cls, model):
        """The account of a model: its sizes and switches are read, not its weights."""
        feed_forward, attention = model.blocks[0].feed_forward, model.blocks[0].attention
        sizes = {**model.sizes, "d_inner": feed_forward.d_inner, "vocabulary": model.vocabulary}
        return cls(
            **sizes,
            groups=attention.key_shape()[0],
            gated=hasattr(feed_forward, "gated"),
            learned=model.positions == "learned",
            tied=model.tied,
            use_bias=model.use_bias,
            norm_vectors=len(model.norm.weights),
            qk_norm=getattr(attention, "qk_norm", False),
        )

    @property
    def d(self):
        """Size of a query, d_model / heads."""
        return self.d_model // self.heads

    @property
    def block_kernels(self):
        """Entries of the kernels of a block: queries and output, keys and values, feed-forward network.

        2 d_model² + 2 d_model · groups · d + (2 or 3) d_model · d_inner;   12 d_model² for GPT-2
        """
        attention = 2 * self.d_model**2 + 2 * self.d_model * self.groups * self.d
        return attention + (2 + self.gated) * self.d_model * self.d_inner

    def parameters(self):
        """Number of weights, equal to ``model.count_params()``."""
        block = self.block_kernels + 2 * self.norm_vectors * self.d_model
        if self.use_bias:
            # of queries and output, of keys and values, of the feed-forward network
            block += (
                2 * self.d_model + 2 * self.groups * self.d + (1 + self.gated) * self.d_inner + self.d_model
            )
        if self.qk_norm:
            block += 2 * self.d
        ends = self.vocabulary * self.d_model * (1 if self.tied else 2) + self.norm_vectors * self.d_model
        return self.layers * block + ends + self.learned * self.context * self.d_model

    def forward_flops(self, batch, seq, keys=None):
        """Operations of all matrix products of a forward pass: 2 for each multiplication and its addition.

        2 · batch · seq · (layers · (kernels of a block + 2 keys · d_model) + vocabulary · d_model)

        The products of queries with keys and of weights with values are computed for all pairs, also for those that the
        causal mask hides. Normalizations, activations and softmax are left out: they need few operations, and their
        time is that of reading memory.

        Args:
            batch: number of sequences.
            seq: number of places that are computed, 1 for a step with a cache.
            keys: number of keys that a query sees, ``seq`` if None; with a cache its length.
        """
        keys = seq if keys is None else keys
        for_a_token = self.layers * (self.block_kernels + 2 * keys * self.d_model)
        return 2 * batch * seq * (for_a_token + self.vocabulary * self.d_model)

    def step_flops(self, batch, seq):
        """Operations of the matrix products of a training step: forward, and twice that backward.

        A product A B needs one product for the gradient of A and one for that of B, each as large as A B.
        """
        return 3 * self.forward_flops(batch, seq)

    def state_bytes(self, slots=2, size=4):
        """Bytes that a training step keeps: weights, gradients, and ``slots`` numbers of the optimizer (2 for Adam)."""
        return (2 + slots) * size * self.parameters()

    def activation_bytes(self, batch, seq, size=4):
        """Bytes that the backward pass of GPT's blocks needs from the forward pass, without recomputation.

        For each block and place: the inputs of the two norms and their outputs (4 d_model), queries, keys, values and
        the heads' outputs (2 d_model + 2 groups · d), the feed-forward network before and after S (2 d_inner, with a
        gate 4 d_inner); for each head and pair the scores and the weights (2 heads · seq). An estimate: what is really
        kept depends on what a compiler fuses.
        """
        for_a_place = 6 * self.d_model + 2 * self.groups * self.d
        for_a_place += (4 if self.gated else 2) * self.d_inner + 2 * self.heads * seq
        return size * batch * seq * (self.layers * for_a_place + self.vocabulary)

    def cache_bytes(self, batch, size=4):
        """Bytes of the caches of all blocks: 2 · layers · batch · groups · context · d numbers."""
        return 2 * self.layers * batch * self.groups * self.context * self.d * size
