"""The loop in plain TensorFlow: one ``tf.function`` over own variables, Adam by TensorFlow's fused kernel."""

import tensorflow as tf


class Loop:
    """A native loop with its state.

    ``XLA`` says whether ``tf.function`` compiles the step with XLA.

    Args:
        build: the case's ``build``.
        weights: initial weights in Keras's order and layout.
        precision: ``"float32"``; mixed precision is measured on JAX and torch.
    """

    XLA = False

    def __init__(self, build, weights, precision="float32"):
        if precision != "float32":
            raise ValueError("course bench measures bfloat16 on JAX and torch only.")
        step = build(weights)
        self.forward = getattr(step, "forward", None)
        self.total = tf.Variable(0.0)

        @tf.function(jit_compile=self.XLA)
        def add(*batch):
            self.total.assign_add(step(*batch))

        self.step = add

    def run(self, arrays, batch, epochs=1):
        """Train; return the mean loss of the last epoch."""
        starts = range(0, len(arrays[0]), batch)
        # All batches have one shape: the function for it is looked up once, not at each call.
        step = self.step.get_concrete_function(
            *(tf.TensorSpec((batch, *a.shape[1:]), a.dtype) for a in arrays)
        )
        for _ in range(epochs):
            self.total.assign(0.0)
            for i in starts:
                step(*(tf.convert_to_tensor(a[i : i + batch]) for a in arrays))
        return float(self.total) / len(starts)


class XLALoop(Loop):
    """The same loop with ``tf.function(jit_compile=True)``."""

    XLA = True


LOOPS = {"native": Loop, "native_xla": XLALoop}


class Adam:
    """Adam by ``ResourceApplyAdam``, TensorFlow's kernel for a whole update of a variable."""

    def __init__(self, variables):
        self.variables = variables
        self.slots = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in variables]
        self.powers = [tf.Variable(0.9), tf.Variable(0.999)]

    def apply(self, gradients):
        """Update the variables."""
        for v, (m, s), g in zip(self.variables, self.slots, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=v.handle,
                m=m.handle,
                v=s.handle,
                beta1_power=self.powers[0],
                beta2_power=self.powers[1],
                lr=1e-3,
                beta1=0.9,
                beta2=0.999,
                epsilon=1e-10,
                grad=g,
            )
        self.powers[0].assign(self.powers[0] * 0.9)
        self.powers[1].assign(self.powers[1] * 0.999)


def supervised(variables, loss):
    """The training step for ``loss(*batch)``: tape, gradients, update."""
    optimizer = Adam(variables)

    def step(*batch):
        with tf.GradientTape() as tape:
            value = loss(*batch)
        optimizer.apply(tape.gradient(value, variables))
        return value

    return step


def cross_entropy(logits, y):
    """The mean cross-entropy of integer labels."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))


def two_hidden_layers(params, x):
    """Three dense layers, ReLU between them."""
    w1, b1, w2, b2, w3, b3 = params
    h = tf.nn.relu(x @ w1 + b1)
    return tf.nn.relu(h @ w2 + b2) @ w3 + b3
