"""Costs on TensorFlow: the products in the traced graph."""

import math

import tensorflow as tf


def _graph(f, arguments):
    arguments = [tf.convert_to_tensor(a) for a in arguments]
    specs = [tf.TensorSpec(a.shape, a.dtype) for a in arguments]
    return tf.function(f, autograph=False).get_concrete_function(*specs).graph


def product_flops(f, *arguments):
    """2 · (entries of the result) · (entries that are contracted), summed over the products of the graph."""
    graph = _graph(f, arguments)
    graphs = [graph, *(function.graph for function in _functions(graph))]
    return sum(_count(operation) for g in graphs for operation in g.get_operations())


def _functions(graph):
    found = []
    for operation in graph.get_operations():
        if operation.type in ("PartitionedCall", "StatefulPartitionedCall"):
            name = operation.get_attr("f").name
            inner = graph._get_function(name)
            found += [inner, *_functions(inner.graph)]
    return found


def _count(operation):
    if operation.type in ("MatMul", "BatchMatMulV2", "BatchMatMulV3"):
        adjoint = operation.get_attr("transpose_a" if operation.type == "MatMul" else "adj_x")
        contracted = operation.inputs[0].shape[-2 if adjoint else -1]
        return 2 * math.prod(operation.outputs[0].shape) * contracted
    if operation.type == "Einsum":
        equation = operation.get_attr("equation").decode()
        parts = equation.partition("->")[0].split(",")
        if "." in equation:
            raise NotImplementedError(f"An einsum with an ellipsis, {equation}, is not counted.")
        if len(parts) < 2:
            return 0  # a transposition or a sum
        sizes = {
            letter: size
            for part, tensor in zip(parts, operation.inputs, strict=True)
            for letter, size in zip(part, tensor.shape, strict=True)
        }
        return 2 * math.prod(sizes.values())
    return 0


def release_programs(above):
    """Nothing is kept."""
    return False
