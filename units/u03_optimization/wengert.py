"""The Wengert list: a program as a list of elementary operations, and the sweep back over it (§4.4).

One line for each operation, v_k = ψ_k(v_i, v_j), in the order of the computation. That order is already topological:
an operand stands above what is computed from it. So the adjoints v̄_k = ∂y/∂v_k follow by one pass from the end.
"""

import numpy as np
from keras import ops


class Node:
    """One line of the list: a value, and the functions that compute the adjoints of its operands.

    Attributes:
        tape: the list on which it stands.
        index: k, its place there.
        value: v_k, a tensor of the backend.
        name: of the operation ψ_k; "input" for an input.
        operands: pairs (v_i, pullback): the pullback takes v̄_k to its contribution v̄_k ∂ψ_k/∂v_i to v̄_i.
    """

    def __init__(self, tape, value, name="input", operands=()):
        self.tape, self.value, self.name, self.operands = tape, value, name, operands
        self.index = len(tape.nodes)
        tape.nodes.append(self)

    def __repr__(self):
        arguments = ", ".join(f"v{x.index}" for x, _ in self.operands)
        return f"v{self.index} = {self.name}({arguments}) = {np.round(ops.convert_to_numpy(self.value), 5)}"

    @property
    def shape(self):
        """The shape of the value."""
        return tuple(self.value.shape)


class WengertList:
    """The list itself.

    Attributes:
        nodes: the ``Node`` objects in the order in which they were made.
    """

    def __init__(self):
        self.nodes = []

    def sweep(self, output, seed=None):
        """The reverse sweep.

        v̄_output = seed;   for k from the output down to 0: v̄_i += v̄_k ∂ψ_k/∂v_i for every operand v_i of ψ_k

        Args:
            output: a ``Node`` of this tape.
            seed: its adjoint, of its shape; 1 by default for a scalar.

        Returns:
            The adjoints, one for each node; None for a node on which the output does not depend.

        Raises:
            ValueError: the output is not of this tape, or has many entries and no seed.
        """
        if not isinstance(output, Node) or output.tape is not self:
            raise ValueError("the output was not computed from tensors that this tape watches.")
        if seed is None:
            if output.shape != ():
                raise ValueError(f"an output of shape {output.shape} needs a seed of that shape.")
            seed = ops.ones_like(output.value)
        seed = ops.cast(ops.convert_to_tensor(seed), output.value.dtype)
        if tuple(seed.shape) != output.shape:
            raise ValueError(f"the output has shape {output.shape} and its seed {tuple(seed.shape)}.")
        adjoints = [None] * len(self.nodes)
        adjoints[output.index] = seed
        for node in reversed(self.nodes[: output.index + 1]):
            adjoint = adjoints[node.index]
            if adjoint is None:
                continue
            for operand, pullback in node.operands:
                part, before = pullback(adjoint), adjoints[operand.index]
                # v̄_i += v̄_k ∂ψ_k/∂v_i
                adjoints[operand.index] = part if before is None else before + part
        return adjoints

    def gradient(self, output, inputs, seed=None):
        """The derivatives of an output with respect to some inputs: one reverse sweep.

        Args:
            output: a ``Node`` of this tape.
            inputs: a list of ``Node`` objects of this tape.
            seed: as in ``sweep``.

        Returns:
            A list of tensors of the shapes of the inputs; zeros where the output does not depend on one.
        """
        adjoints = self.sweep(output, seed)
        if any(x.tape is not self for x in inputs):
            raise ValueError("an input is not on this tape: make it with tape.watch(value).")
        found = [adjoints[x.index] for x in inputs]
        return [ops.zeros_like(x.value) if g is None else g for x, g in zip(inputs, found, strict=True)]


def unbroadcast(adjoint, shape):
    """Undo broadcasting: what was copied to many places gets the sum of their adjoints.

    Args:
        adjoint: a tensor of the shape of the result.
        shape: the shape that the operand had.

    Returns:
        A tensor of that shape.
    """
    more = len(adjoint.shape) - len(shape)
    copied = [i + more for i, n in enumerate(shape) if n == 1 and adjoint.shape[i + more] != 1]
    axes = (*range(more), *copied)
    return ops.reshape(ops.sum(adjoint, axis=axes), shape) if axes else adjoint
