"""Checks for ex07: fit with the candidate's step against gradient descent, momentum and Adam in NumPy."""

import numpy as np

from course.grading import close, part


def cost_and_gradients(x, y, penalty, kernel, bias):
    """The penalized cost, the cross-entropy in it, and the gradients of the former."""
    z = x @ kernel + bias
    e = np.exp(z - z.max(1, keepdims=True))
    y_hat = e / e.sum(1, keepdims=True)
    rows = np.arange(len(y))
    cost = -np.mean(np.log(y_hat[rows, y]))
    delta = y_hat.copy()
    delta[rows, y] -= 1
    penalized = cost + penalty / 2 * np.sum(kernel**2)
    return penalized, cost, [x.T @ delta / len(y) + penalty * kernel, delta.mean(0)]


def descent(rate):
    return lambda gradient, state, t: (-rate * gradient, state)


def momentum(rate, beta):
    def step(gradient, velocity, t):
        velocity = beta * velocity - rate * gradient
        return velocity, velocity

    return step


def adam(rate, epsilon, beta1=0.9, beta2=0.999):
    def step(gradient, state, t):
        m, v = state if isinstance(state, tuple) else (0.0, 0.0)
        m, v = beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2
        # as in Keras: ε stands beside √v before v is corrected for its start at 0
        return -rate * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + epsilon), (m, v)

    return step


def fit(x, y, K, penalty, rule, batch_size, epochs):
    """The parameters after training in the order of the data, and both costs of the last batch before its update."""
    parameters, states, t = [np.zeros((x.shape[1], K)), np.zeros(K)], [0.0, 0.0], 0
    for _ in range(epochs):
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            *costs, gradients = cost_and_gradients(x[batch].astype("float64"), y[batch], penalty, *parameters)
            t += 1
            for i, gradient in enumerate(gradients):
                update, states[i] = rule(gradient, states[i], t)
                parameters[i] = parameters[i] + update
    return parameters, costs


def problem(rng, n=12, p=3, K=4):
    return rng.normal(size=(n, p)).astype("float32"), rng.integers(K, size=n).astype("int32")


def compare(candidate, x, y, optimizer, rule, batch_size, epochs, K=4, penalty=0.3):
    model = candidate.PenalizedSoftmax(K, penalty)
    model.compile(optimizer=optimizer)
    history = model.fit(x, y, batch_size=batch_size, epochs=epochs, shuffle=False, verbose=0)
    (kernel, bias), costs = fit(x, y, K, penalty, rule, batch_size, epochs)
    inputs = {"x": x, "y": y, "penalty": penalty, "batch_size": batch_size, "epochs": epochs}
    got = model.get_weights()
    close(got[0], kernel, inputs=inputs, rtol=1e-3, atol=1e-5, message="the kernel Wᵀ after fit")
    close(got[1], bias, inputs=inputs, rtol=1e-3, atol=1e-5, message="the bias after fit")
    return history, costs


def sgd(rate, beta=0.0):
    return {"class_name": "SGD", "config": {"learning_rate": rate, "momentum": beta}}


@part(
    "one step of gradient descent",
    points=2,
    hint="the cost is the mean over the batch, from logits; its gradient is for all trainable variables",
)
def one_step(candidate, rng):
    compare(candidate, *problem(rng), sgd(0.5), descent(0.5), batch_size=12, epochs=1)


@part("epochs of mini-batches", points=2, hint="the penalty has an effect as soon as W is not 0")
def epochs(candidate, rng):
    compare(candidate, *problem(rng), sgd(0.5), descent(0.5), batch_size=4, epochs=3)


@part("reports both costs before the update", points=1, hint="return what value_and_grad returned")
def loss(candidate, rng):
    x, y = problem(rng)
    history, costs = compare(candidate, x, y, sgd(0.5), descent(0.5), batch_size=12, epochs=2)
    for name, cost in zip(("loss", "cross_entropy"), costs, strict=True):
        got = history.history[name][-1]
        close(
            got, cost, inputs={"x": x, "y": y}, rtol=1e-4, atol=1e-5, message=f"the {name} that fit reports"
        )


@part("uses the optimizer of compile", points=2, hint="self.optimizer.apply(gradients, variables)")
def optimizers(candidate, rng):
    x, y = problem(rng)
    compare(candidate, x, y, sgd(0.2, 0.9), momentum(0.2, 0.9), batch_size=6, epochs=2)
    # With a small ε the first step is the sign of the gradient, which is chance where it is nearly zero.
    optimizer = {"class_name": "Adam", "config": {"learning_rate": 0.05, "epsilon": 1e-3}}
    compare(candidate, x, y, optimizer, adam(0.05, 1e-3), batch_size=6, epochs=2)
