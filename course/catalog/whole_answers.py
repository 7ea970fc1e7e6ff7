"""Functions that are the whole answer of an exercise, and the other names that libraries have for the same function.

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

_ATTENTION = (
    *("scaled_dot_product_attention", "scaled_dot_product_attention_math"),
    *("scaled_dot_product_flash_attention_for_cpu", "scaled_dot_product_flash_attention"),
    *("scaled_dot_product_fused_attention_overrideable", "native_multi_head_attention"),
    *("triton_scaled_dot_attention", "triton_multi_head_attention"),
)
# a name that is forbidden as `*.name` → functions of single libraries that give the same
SAME = {
    "softmax": (
        *("safe_softmax", "masked_softmax", "sparse_softmax", "gumbel_softmax", "softmax_deprecated"),
        *("sparse_matrix_softmax", "eager_prepare_softmax", "prepare_softmax_online"),
        *("inplace_softmax", "HalfMultinomialLoss", "CyHalfMultinomialLoss"),  # of scikit-learn
        *("half_multinomial_loss", "HalfMultinomialLossArrayAPI", "SoftmaxTransform"),
        # what contains one, and tells it: the derivative of a cost is the softmax minus the labels
        *("softmax_cross_entropy_with_logits", "softmax_cross_entropy_with_logits_v2"),
        *("sparse_softmax_cross_entropy_with_logits", "dot_product_attention", *_ATTENTION),
    ),
    "logsumexp": (
        *("cumlogsumexp", "logcumsumexp", "cumulative_logsumexp"),
        *("reduce_logsumexp", "reduce_weighted_logsumexp", "reduce_window_logaddexp"),
    ),
    "logaddexp": ("logaddexp2",),
    "cross_entropy": ("cross_entropy_loss", "linear_cross_entropy"),
    "scaled_dot_product_attention": _ATTENTION,
    "batch_norm": (
        *("native_batch_norm", "native_batch_norm_legit", "native_batch_norm_legit_no_training"),
        *(
            "native_batch_norm_legit_no_stats",
            "native_batch_norm_legit_functional",
            "native_batch_norm_helper",
        ),
        *("native_batch_norm_decomposition", "cudnn_batch_norm", "miopen_batch_norm", "batch_norm_no_update"),
        *("batch_norm_with_update", "batch_norm_with_update_functional", "batch_norm_without_running_stats"),
        *("batch_norm_with_global_normalization", "batch_norm_with_global_normalization_v2"),
        "quantized_batch_norm_with_global_normalization",
    ),
    "batch_normalization": ("fused_batch_norm", "fused_batch_norm_v2", "fused_batch_norm_v3"),
    "layer_norm": ("native_layer_norm", "group_norm", "native_group_norm", "instance_norm", "standardize"),
    "rms_norm": ("fused_rms_norm",),
    "log_sigmoid": ("log_sigmoid_forward",),
    # a cost of two classes, from logits, is a softplus
    "softplus": (
        *("HalfBinomialLoss", "CyHalfBinomialLoss", "ExponentialLoss", "CyExponentialLoss"),
        *("binary_cross_entropy_with_logits", "sigmoid_cross_entropy_with_logits", "soft_margin_loss"),
        *("multilabel_soft_margin_loss", "SoftMarginLoss", "BCEWithLogitsLoss", "sigmoid_cross_entropy"),
        *("sigmoid_binary_cross_entropy", "weighted_cross_entropy_with_logits"),
    ),
    "huber_loss": ("CyHuberLoss", "pseudo_huber"),
    "quantile": (
        *("nanquantile", "nanpercentile", "mquantiles", "scoreatpercentile", "mquantiles_cimj"),
        *("weighted_percentile", "QuantileTransformer"),
    ),
    "interp": (
        *("interpn", "griddata", "make_interp_spline", "PchipInterpolator", "Akima1DInterpolator"),
        *("RegularGridInterpolator", "LinearNDInterpolator", "InterpolatedUnivariateSpline"),
    ),
    "lstsq": (
        *("jit_lstsq", "lsqr", "lsmr", "nnls", "lsq_linear", "gels", "gelsd", "gelss", "gelsy"),
        *("sgels", "sgelsd", "sgelss", "sgelsy", "dgels", "dgelsd", "dgelss", "dgelsy"),
    ),
    "svd": (
        *("svdvals", "orth", "null_space", "gesdd", "gesvd", "sgesdd", "sgesvd"),
        *("dgesdd", "dgesvd", "randomized_svd", "TruncatedSVD", "interp_decomp"),
    ),
    "logpdf": ("norm_logpdf",),
    "multinomial": ("stateless_multinomial",),
    "extract_patches": (
        *("extract_patches_2d", "extract_patches_3d", "extract_image_patches", "extract_volume_patches"),
        *("conv_general_dilated_patches", "im2col"),
    ),
    "space_to_depth": ("pixel_unshuffle",),
    "non_max_suppression": (
        *("non_max_suppression_v2", "non_max_suppression_v3", "non_max_suppression_v4"),
        *("non_max_suppression_v5", "non_max_suppression_padded", "non_max_suppression_padded_v1"),
        *(
            "non_max_suppression_padded_v2",
            "non_max_suppression_overlaps",
            "non_max_suppression_with_overlaps",
        ),
        "non_max_suppression_with_scores",
    ),
    "max_pool": (
        *("adaptive_max_pool", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d"),
        *("fractional_max_pool", "fractional_max_pool_v2", "fractional_max_pool2d", "fractional_max_pool3d"),
        *("max_pool_v2", "max_pool_nd_with_indices", "max_pool_with_indices", "quantized_max_pool"),
        "low_memory_max_pool_with_offsets_aten",
    ),
    "conv": (
        *("conv1d", "conv2d", "conv3d", "convolution", "convolution_overrideable", "thnn_conv2d"),
        *(
            "slow_conv_dilated2d",
            "slow_conv3d",
            "slow_conv_dilated3d",
            "conv_depthwise3d",
            "conv_depthwise2d",
        ),
        *("mkldnn_convolution", "convolution_backward", "conv1d_weight", "conv2d_weight", "conv2d_input"),
        *(
            "conv_general_dilated",
            "conv_with_general_padding",
            "conv_general_dilated_patches",
            "atrous_conv2d",
        ),
        *("conv2d_backprop_filter", "conv2d_backprop_input"),
    ),
    "conv_transpose": ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "conv2d_transpose"),
    "max_pool2d": ("max_pool2d_with_indices", "adaptive_max_pool2d", "max_pool_with_argmax", "max_pool_v2"),
}
