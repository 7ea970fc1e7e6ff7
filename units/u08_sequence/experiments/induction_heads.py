"""☆ Induction heads: two layers of attention copy what followed the last time, one layer cannot (§7.5)."""

import keras
import numpy as np
from keras import ops

import course
from units.u08_sequence.induction_heads import (
    AttentionOnlyModel,
    head_scores,
    induction_accuracy,
    next_tokens,
    repeated_pieces,
)

HEADS, WIDTH, PIECE = 2, 32, 2


def run(r):
    tokens, block, pieces = r.pick(quick=(8, 4, 6), full=(16, 6, 12))
    steps, batch, rate = r.pick(quick=(120, 48, 0.012), full=(3000, 64, 0.01))

    def drawn(samples):
        return repeated_pieces(samples, tokens, block, pieces, PIECE, r.rng)

    models = {}
    for layers in (1, 2):
        model = models[layers] = AttentionOnlyModel(tokens, WIDTH, HEADS, layers)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(rate), loss=loss)
        x, y, known = next_tokens(*drawn(batch * steps))
        model.fit(x, y, sample_weight=known, batch_size=batch, verbose=0)
    ids, follows = drawn(256)
    model = models[2]
    chance = 1 / (block - 1)  # one of the other tokens of the block
    r.metric("accuracy_one_layer", induction_accuracy(models[1], ids, follows))
    r.metric("accuracy_two_layers", induction_accuracy(model, ids, follows))
    look = course.compiled(lambda ids: model(ids, return_weights=True)[1])
    weights = [ops.convert_to_numpy(w) for w in look(ops.convert_to_tensor(ids))]
    scores = [head_scores(w, follows) for w in weights]
    r.metric("largest_induction_score", scores[1][1].max())
    rows = []
    for layer in range(2):
        for head in range(HEADS):
            without = induction_accuracy(model, ids, follows, off=[(layer, head)])
            previous, induction = (each[head] for each in scores[layer])
            rows.append([layer + 1, head + 1, f"{previous:.2f}", f"{induction:.2f}", f"{without:.2f}"])
        everything = induction_accuracy(model, ids, follows, off=[(layer, head) for head in range(HEADS)])
        r.metric(f"accuracy_without_layer_{layer + 1}", everything)
        rows.append([layer + 1, "all", "", "", f"{everything:.2f}"])
    columns = ["layer", "head", "previous-token score", "induction score", "accuracy without it"]
    r.table(columns, rows, f"two layers, chance {chance:.2f}")
    fig, axes = r.figure("attention", 1, 2, size=(8.4, 4))
    for layer, ax in enumerate(axes):
        head = int(np.argmax(scores[layer][layer]))
        image = ax.imshow(weights[layer][0, head], vmin=0, vmax=1, cmap="Blues")
        t = np.flatnonzero(follows[0] >= 0)
        if layer == 1:
            ax.plot(follows[0, t], t, "s", markersize=11, fillstyle="none", color="black", label="induction")
            ax.legend(loc="upper right")
        ax.set(title=f"layer {layer + 1}, head {head + 1}", xlabel="key s", ylabel="query t")
        places = range(0, weights[layer].shape[2], 5)
        ax.set(xticks=places, yticks=places)
    fig.colorbar(image, ax=axes, label="weight")
