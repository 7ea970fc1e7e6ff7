"""Functions that are the whole answer of an exercise, and modules of them.

`forbidden.py` says how they are forbidden. Imported by the grader and in the candidate's process.
"""

# No library needs these functions for something else, so they count wherever they are called.
_ANYWHERE = """
    softmax log_softmax logsumexp reduce_logsumexp logaddexp Softmax LogSoftmax categorical_crossentropy
    sparse_categorical_crossentropy CategoricalCrossentropy SparseCategoricalCrossentropy cross_entropy
    CrossEntropyLoss nll_loss log_loss softmax_cross_entropy_with_logits sparse_softmax_cross_entropy_with_logits
    huber huber_loss smooth_l1_loss Huber HuberLoss SmoothL1Loss softplus silu swish elu leaky_relu log_sigmoid
    logsigmoid log_expit logit batch_norm batch_normalization layer_norm layer_normalization rms_norm
    rms_normalization dot_product_attention scaled_dot_product_attention convolve correlate max_pool max_pool1d
    max_pool2d max_pool3d extract_patches space_to_depth lstsq pinv polyfit sqrtm polar subspace_angles
    approx_fprime check_grad line_search clip_by_norm clip_by_global_norm clip_grad_norm_ confusion_matrix
    to_categorical box_iou compute_iou iou_matrix nms batched_nms non_max_suppression combined_non_max_suppression
    average_precision_score precision_recall_curve trim_mean bootstrap mannwhitneyu kmeans2 vq logpdf multinomial
"""
ANYWHERE = frozenset(_ANYWHERE.split())

# Keras uses these for a file that names them: `model.compile(metrics=["Precision"])`, `layer.quantize("int8")`.
MODULES = frozenset({"keras.losses.*", "keras.metrics.*", "keras.quantizers.*"})
