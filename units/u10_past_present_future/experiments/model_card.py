"""What the training of a small model costs, and the card that goes with it (epilogue)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u04_feedforward import Classifier
from units.u10_past_present_future.model_card import model_card
from units.u10_past_present_future.run_cost import CostMeter, estimated_seconds

GPU_FLOPS, GPU_WATTS = 1e15, 700.0  # one H100 with 16-bit numbers, as its maker states them


def run(r):
    d = r.data()
    x, y, x_test, y_test = d.features("train"), d.labels("train"), d.features("test"), d.labels("test")
    model = Classifier(
        keras.Sequential([keras.layers.Dense(64, "relu"), keras.layers.Dense(d.classes)]), d.classes
    )
    model.compile(keras.optimizers.Adam(3e-3))
    epochs = r.pick(quick=20, full=10)
    with CostMeter() as meter:
        model.fit(x, y, batch_size=64, epochs=epochs, verbose=0)
    right = ops.convert_to_numpy(model(x_test)).argmax(-1) == y_test
    classes = {f"digit {c}": {"accuracy": right[y_test == c].mean()} for c in range(d.classes)}
    r.metric("test_accuracy", right.mean())
    r.metric("worst_class", min(v["accuracy"] for v in classes.values()))
    r.metric("parameters", model.count_params())
    cost = meter.cost
    r.log(
        f"{cost.how} {cost.kwh():.2g} kWh, {cost.price():.2g} for 0.30 a kWh, {cost.emissions():.2g} g of CO₂."
    )
    record = {
        "experiment": "u10/model_card", "title": "A fully connected network on digits", "book": "§8.5",
        "backend": keras.backend.backend(), "data": d.name, "seed": r.seed, "started": "this run",
        "mode": "full" if r.full else "quick", "metrics": r.metrics,
    }  # fmt: skip
    card = model_card(
        record,
        use="Teaching: reading single digits that a machine has cut out and centred.",
        not_for="reading amounts, addresses or anything where an error costs somebody something.",
        groups=classes,
        limits=["It gives an answer for every picture, also for one without a digit.",
                "Nobody has attacked it. A similar network lost more than a third of its right answers when each "
                "pixel changed by a tenth of its range (u10/adversarial_examples)."],
        cost=cost,
    )  # fmt: skip
    for line in card.splitlines():
        r.log(line)

    # The rule of six operations for a parameter and a token, for sizes that were published.
    sizes = {
        "Chinchilla (70 B)": (70e9, 1.4e12),
        "GPT-3 (175 B)": (175e9, 300e9),
        "Llama 3 (405 B)": (405e9, 15.6e12),
    }
    days = {n: estimated_seconds(p, t, GPU_FLOPS) / 86_400 for n, (p, t) in sizes.items()}
    r.metric("gpu_days_of_gpt_3", days["GPT-3 (175 B)"])
    r.table(
        ["model", "parameters", "tokens", "days of one GPU", "MWh"],
        [[n, f"{sizes[n][0]:.3g}", f"{sizes[n][1]:.3g}", f"{v:.3g}", f"{v * 24 * GPU_WATTS / 1e6:.3g}"]
         for n, v in days.items()],
        title="Estimates from 6 N D operations, at 40% of the speed of the chip",
    )  # fmt: skip
    _, ax = r.figure("classes", size=(6.5, 3.6))
    ax.bar(list(range(d.classes)), [v["accuracy"] for v in classes.values()], color=figures.COLOURS["blue"])
    ax.axhline(right.mean(), color=figures.COLOURS["orange"], label="all digits")
    low = np.floor(10 * r.metrics["worst_class"]) / 10
    ax.set(
        title="Accuracy by class, as the card states it",
        xlabel="digit",
        ylabel="test accuracy",
        ylim=(low, 1 + 0.15 * (1 - low)),
    )
    ax.set_xticks(range(d.classes))
    ax.legend(loc="upper right")
