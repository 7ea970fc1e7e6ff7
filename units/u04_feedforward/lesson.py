"""The lesson of unit 4: fully connected networks, what they can express, and how deep ones are trained."""

# %% [markdown]
# # Unit 4: General Fully Connected Neural Networks
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np
from keras import ops

import course
from units import u04_feedforward as u04
from units.u01_machine_learning import train_dev_test
from units.u02_logistic_softmax import cross_entropy

# %% [markdown]
# ## Part A: the network
#
# One layer is z = W a + b, a = S(z). For a mini-batch with samples in rows this is A Wᵀ + 1 bᵀ. Keras calls Wᵀ the
# kernel.

# %%
iris = course.data.load("iris")
flowers = (iris.features() - iris.features().mean(0)) / iris.features().std(0)
ours, theirs = u04.Dense(5, "tanh"), keras.layers.Dense(5, "tanh")
theirs.build((None, 4))
ours.build((None, 4))
ours.set_kernel(theirs.kernel, theirs.bias)
print("W:", tuple(ours.W.shape), " kernel:", tuple(theirs.kernel.shape), end=" ")
gap = ops.convert_to_numpy(ours(flowers)) - ops.convert_to_numpy(theirs(flowers))
print(f"largest difference: {np.abs(gap).max():.1e}")

# %% [markdown]
# The forward and backward pass of three layers by hand: every gradient has the shape of its parameter. Here are thirty
# steps of gradient descent:

# %%
layers = u04.network([4, 8, 6, 3], "tanh", seed=1)
layers = [u04.Layer(ops.convert_to_tensor(W), ops.convert_to_tensor(b), S) for W, b, S in layers]
for step in range(31):
    cost, gradients = u04.cost_and_gradients(flowers, iris.labels(), layers)
    if step % 15 == 0:
        print(f"step {step}: cost {float(cost):.3f}")
    layers = [
        u04.Layer(layer.W - 0.5 * by_W, layer.b - 0.5 * by_b, layer.activation)
        for layer, by_W, by_b in zip(layers, gradients.W, gradients.b, strict=True)
    ]
print("∂C/∂W:", [tuple(g.shape) for g in gradients.W])

# %% [markdown]
# Each activation comes with its derivative. The derivative of the sigmoid is at most 1/4. If we ignore the weights,
# ten layers of sigmoids multiply a gradient by at most 1e-6.

# %%
z = np.linspace(-5, 5, 1001).astype("float32")
for name, entry in u04.ACTIVATIONS.items():
    print(f"{name:10s} largest derivative {float(ops.max(entry.derivative(z))):.3f}")

# %% [markdown]
# Which functions can a network express? One is exclusive or, which no linear classifier can express: the sum of the
# four inequalities would be 0 > 0. Every continuous function on an interval can be approximated: here by 16 ReLUs with
# weights that we choose by a formula.

# %%
corners, labels = u04.xor.CORNERS, u04.xor.XOR
print("certificate:", u04.certificate_against_lines(corners, labels), end=" ")
print("XOR:", ops.convert_to_numpy(u04.forward(corners, u04.xor_network()).a[-1])[:, 0])

t = np.linspace(0, 1, 500).astype("float32")
hats = ops.convert_to_numpy(u04.forward(t[:, None], u04.hats_of(np.sin, 0, 1, 16)).a[-1])[:, 0]
print(f"16 hats against sin: {np.abs(hats - np.sin(t)).max():.1e}")

# %% [markdown]
# Every layer can double the number of linear pieces: 10 layers of 2 units make 1,024 pieces. One layer of N units
# makes at most N + 1 pieces, so it needs at least 1,023 units for the same number.

# %%
teeth = len(u04.pieces(u04.sawtooth_network(10), 0, 1)[1])
print(f"{teeth:,} pieces from 20 units; one layer needs {u04.smallest_width(teeth):,}")

# %% [markdown]
# ## Part B: training deep networks
#
# Twenty layers of ReLU: with He's variance signals neither vanish nor explode. With half of this variance the mean
# square of the signals is halved at every layer, forward and backward.

# %%
relu = u04.ACTIVATIONS["relu"]
noise = np.random.default_rng(0).normal(size=(100, 80)).astype("float32")
for rule in (u04.He(seed=0), u04.LeCun(seed=0)):
    signals = u04.variance_by_depth(
        noise, [rule((80, 80)) for _ in range(20)], relu.function, relu.derivative, noise
    )
    print(type(rule).__name__, f"forward ×{u04.factor_by_layer(signals.z):.2f} per layer,", end=" ")
    print(f"backward ×{u04.factor_by_layer(signals.delta[::-1]):.2f}")

# %% [markdown]
# We write a model with the layers of this part. Its training step applies weight decay to the matrices in addition to
# the update of the optimizer. With `training=True` dropout is active, and batch normalization uses the statistics of
# the batch and updates its moving averages.


# %%
class Deep(course.Model):
    """Dense → batch normalization → ReLU → dropout, twice, then the logits."""

    def __init__(self, width, classes):
        super().__init__()
        self.affines = [u04.Dense(n, initializer=u04.He()) for n in (width, width, classes)]
        self.normalizations = [u04.BatchNormalization(momentum=0.9) for _ in range(2)]
        self.dropouts = [u04.Dropout(0.2) for _ in range(2)]

    def call(self, x, training=False):
        """The logits."""
        for affine, normalize, thin in zip(self.affines[:2], self.normalizations, self.dropouts, strict=True):
            x = thin(ops.relu(normalize(affine(x), training=training)), training=training)
        return self.affines[2](x)

    def train_step(self, data):
        """θ ← (1 − αλ) θ − the optimizer's step, for the matrices."""
        x, y = data
        value, gradients = course.value_and_grad(
            lambda: ops.mean(cross_entropy(y, self(x, training=True))), self.trainable_variables
        )
        for affine in self.affines:
            affine.W.assign(affine.W * (1 - self.optimizer.learning_rate * 1e-2))
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value}

    def test_step(self, data):
        """The cost at inference: dropout is not active, and the moving averages are used."""
        x, y = data
        return {"loss": ops.mean(cross_entropy(y, self(x, training=False)))}


# %% [markdown]
# The epoch at which training stops is a choice, so it must not be made on the test set: a fifth of the training data
# becomes the validation set. The test set is used once, at the end, with the weights that were chosen.

# %%
digits = course.data.load("digits")
x_train, y_train = digits.features("train"), digits.labels("train")
fit, validation, _ = train_dev_test(len(y_train), dev=0.2, test=0, rng=np.random.default_rng(0), y=y_train)
deep = Deep(64, digits.classes)
deep.compile(keras.optimizers.Adam(3e-3))
stop = u04.EarlyStopping("val_loss", patience=3)
history = deep.fit(
    x_train[fit],
    y_train[fit],
    batch_size=64,
    epochs=8,
    verbose=0,
    validation_data=(x_train[validation], y_train[validation]),
    validation_batch_size=len(validation),
    callbacks=[stop],
).history
accuracy = np.mean(deep.predict(digits.features("test"), verbose=0).argmax(1) == digits.labels("test"))
print(f"best epoch on the validation set: {stop.best_epoch + 1} of {len(history['loss'])}")
print(f"accuracy on the test set: {accuracy:.3f}")
assert accuracy > 0.9

# %% [markdown]
# Training and inference are two different functions. In training the output for a sample depends on its batch and on
# random numbers; at inference it depends on the sample only. And the gradient of a normalization by hand agrees with
# the gradient of the backend.

# %%
x = digits.features("test")[:8]
both = [ops.convert_to_numpy(deep(x, training=phase))[0] for phase in (True, False)]
alone = ops.convert_to_numpy(deep(x[:1], training=False))[0]
print(f"training against inference: {np.abs(both[0] - both[1]).max():.2f}", end=", ")
print(f"alone against in the batch, at inference: {np.abs(both[1] - alone).max():.1e}")

z, slope = noise[:10, :4], noise[10:20, :4]
by_hand, _, _ = u04.batch_norm_backward(slope, z, np.ones(4, "float32"))
backend = course.grad(lambda v: ops.sum(ops.multiply(u04.normalize(v, 0)[0], slope)))(z)
print(f"by hand against the backend: {float(ops.max(ops.abs(by_hand - backend))):.1e}")
