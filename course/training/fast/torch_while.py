"""``ops.while_loop`` in a captured graph: its condition and its body are captured too, and replayed in turns.

How often a loop runs depends on numbers, and a capture has none. So the loop is one call in the graph, of a function
that holds two graphs of its own and looks at the condition's number when it is replayed. What body and condition read
from outside of the loop (data, weights, an outer loop's state) becomes an input of both.

A body has to return what it was given: the same shapes and dtypes; it may assign nothing and, as the loop keeps no
account of its turns, not be differentiated from outside. Otherwise the step runs as written.
"""

import torch
from keras import tree
from keras.src.backend.torch.core import convert_to_tensor
from torch._higher_order_ops.utils import reenter_make_fx
from torch._subclasses.fake_tensor import FakeTensor
from torch.fx.experimental.proxy_tensor import disable_proxy_modes_tracing, get_proxy_mode, track_tensor_tree

from course.training.state import backend


def while_loop(captured):
    """Keras's ``while_loop`` for the time of a capture; ``captured`` collects the loops, to be finished after it."""

    def loop(cond, body, loop_vars, maximum_iterations=None):
        alone = not isinstance(loop_vars, (tuple, list))
        structure = tree.map_structure(convert_to_tensor, (loop_vars,) if alone else tuple(loop_vars))
        state = tree.flatten(structure)
        if torch.is_grad_enabled() and any(x.requires_grad for x in state):
            raise NotImplementedError("a loop that is differentiated from outside is not captured")

        def turn(*flat):
            result = body(*tree.pack_sequence_as(structure, flat))
            result = tree.flatten(tuple(result) if isinstance(result, (tuple, list)) else (result,))
            return [convert_to_tensor(x).clone() for x in result]

        def goes_on(*flat):
            return [convert_to_tensor(cond(*tree.pack_sequence_as(structure, flat)))]

        with disable_proxy_modes_tracing():
            # Tensors of their own: what the loop begins with may also be read from outside, and does not change there.
            turning = [torch.empty_like(x) for x in state]
        before = assigned()
        graphs = [reenter_make_fx(f)(*turning) for f in (goes_on, turn)]
        if assigned() != before:
            raise NotImplementedError("a loop that assigns variables is not captured")
        _check(graphs[1], state)
        outside = []
        for graph in graphs:
            _lift(graph, outside)
        run, finish = _runner(graphs, len(state), maximum_iterations)
        captured.append(finish)
        result = tree.pack_sequence_as(structure, _call(run, state, outside))
        return result[0] if alone else tuple(result)

    return loop


def assigned():
    """What the step has assigned so far: the tensors by the variables."""
    scope = backend.get_stateless_scope()
    return {key: id(value) for key, value in scope.state_mapping.items()}


def _check(graph, state):
    (output,) = (n for n in graph.graph.nodes if n.op == "output")
    made = [n.meta["val"] for n in output.args[0]]
    if [(x.shape, x.dtype) for x in made] != [(x.shape, x.dtype) for x in state]:
        raise ValueError(
            "ops.while_loop: the body must return tensors of the shapes and dtypes that it was given"
        )


def _lift(graph, outside):
    """Make what a graph holds of the capture around it an input; ``outside`` collects these for both graphs."""
    nodes = graph.graph.nodes
    held = [(n, getattr(graph, n.target)) for n in nodes if n.op == "get_attr"]
    held = [(n, x) for n, x in held if isinstance(x, FakeTensor)]
    places = {id(x): i for i, x in enumerate(outside)}
    for _, x in held:
        if id(x) not in places:
            places[id(x)] = len(outside)
            outside.append(x)
    last = [n for n in nodes if n.op == "placeholder"][-1]
    made = {}
    for node, x in held:
        if id(x) not in made:
            with graph.graph.inserting_after(last):
                last = made[id(x)] = graph.graph.placeholder(f"outside_{places[id(x)]}")
            last.meta["val"] = x
        node.replace_all_uses_with(made[id(x)])
        graph.graph.erase_node(node)
    graph.inputs = [places[key] for key in made]


def check_all_known(graph):
    """Raise if a whole graph still holds a tensor without numbers."""
    if any(isinstance(getattr(graph, n.target), FakeTensor) for n in graph.graph.nodes if n.op == "get_attr"):
        raise NotImplementedError("a loop reads a tensor that the capture does not know")


def _runner(graphs, count, most):
    """A function of the loop's state and of what is read from outside: the state at the end; and its completion."""
    first, second = (graph.inputs for graph in graphs)
    forward = []

    def finish(optimize):
        forward.extend(optimize(graph).forward for graph in graphs)

    def run(*flat):
        goes_on, turn = forward
        state, outside = flat[:count], flat[count:]
        for_cond, for_body = ([outside[i] for i in chosen] for chosen in (first, second))
        turns = 0
        while goes_on(*state, *for_cond)[0] and (most is None or turns < most):
            state = turn(*state, *for_body)
            turns += 1
        return state if turns else tuple(x.clone() for x in state)

    run.__name__ = run.__qualname__ = "captured_loop"
    return run, finish


def _call(run, state, outside):
    """Write the call into the graph; return its results, without numbers."""
    mode = get_proxy_mode()
    # What belongs to a capture further out is held by this one, until _lift makes it an input.
    arguments = tuple(mode.tracer.unwrap_proxy(x) for x in (*state, *outside))
    proxy = mode.tracer.create_proxy("call_function", run, arguments, {}, name="captured_loop")
    with disable_proxy_modes_tracing():
        results = [torch.empty_like(x, requires_grad=False) for x in state]
    return track_tensor_tree(results, proxy, constant=None, tracer=mode.tracer)
