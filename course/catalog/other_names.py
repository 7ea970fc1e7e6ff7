"""The names that libraries have for nearly the same function: another name, another data type, a class, or its kernel.

`SAME` is for names that are forbidden in every library, such as `*.softmax`. It is read from a table: each line has one
name and other names for it. `ALSO` has dotted names of single libraries for what an exercise declares. They were found
by a program that looks for the words of forbidden names in all modules of the installed libraries, and by attacks. A
name is here if it gives the forbidden result, or the essential step to it.

`forbidden.py` says how they are forbidden. Imported by the grader and in the candidate's process.
"""

_ATTENTION = """
    scaled_dot_product_attention scaled_dot_product_attention_math scaled_dot_product_flash_attention_for_cpu
    scaled_dot_product_flash_attention scaled_dot_product_fused_attention_overrideable native_multi_head_attention
    triton_scaled_dot_attention triton_multi_head_attention mha mha_reference mha_reference_no_custom_vjp
    flash_attention flash_attention_with_lse splash_attention paged_attention ragged_paged_attention
    dot_product_attention_core dot_product_attention_xla math_attention varlen_attn mqa mqa_reference gqa
    gqa_reference decode_attn_unbatched
"""
# Normalization over the features is the one over the batch of a transposed matrix.
_NORMALIZATIONS = """
    native_batch_norm native_batch_norm_legit native_batch_norm_legit_no_training native_batch_norm_legit_no_stats
    native_batch_norm_legit_functional native_batch_norm_helper native_batch_norm_decomposition cudnn_batch_norm
    miopen_batch_norm batch_norm_no_update batch_norm_with_update batch_norm_with_update_functional
    batch_norm_without_running_stats batch_norm_with_global_normalization batch_norm_with_global_normalization_v2
    quantized_batch_norm_with_global_normalization fused_batch_norm fused_batch_norm_v2 fused_batch_norm_v3
    fused_batch_norm_grad fused_batch_norm_grad_v2 fused_batch_norm_grad_v3 batch_norm_training BatchNormTrainingOp
    native_layer_norm native_group_norm group_norm instance_norm standardize per_image_standardization zscore
    zmap fused_rms_norm
"""
_TABLE = f"""
softmax: safe_softmax masked_softmax sparse_softmax gumbel_softmax softmax_deprecated sparse_matrix_softmax
softmax: eager_prepare_softmax prepare_softmax_online inplace_softmax HalfMultinomialLoss CyHalfMultinomialLoss
softmax: half_multinomial_loss HalfMultinomialLossArrayAPI SoftmaxTransform dot_product_attention
softmax: softmax_cross_entropy_with_logits softmax_cross_entropy_with_logits_v2
softmax: sparse_softmax_cross_entropy_with_logits {_ATTENTION}
logsumexp: cumlogsumexp logcumsumexp cumulative_logsumexp reduce_logsumexp reduce_weighted_logsumexp
logsumexp: reduce_window_logaddexp ctc_loss CTCLoss ctc_loss_v2 ctc_loss_v3 ctc_loss_dense ctc_loss_with_forward_probs
logaddexp: logaddexp2
dot_product_attention: {_ATTENTION}
scaled_dot_product_attention: {_ATTENTION}

cross_entropy: cross_entropy_loss linear_cross_entropy softmax_cross_entropy safe_softmax_cross_entropy
cross_entropy: softmax_cross_entropy_with_integer_labels poly_loss_cross_entropy kl_div kl_divergence entropy
cross_entropy: kl_divergence_with_log_targets convex_kl_divergence generalized_kl_divergence rel_entr
cross_entropy: KLDivergence KLDivLoss NLLLoss HalfMultinomialLoss CyHalfMultinomialLoss half_multinomial_loss
cross_entropy: HalfMultinomialLossArrayAPI logpmf ctc_loss CTCLoss ctc_loss_v2 ctc_loss_v3 ctc_loss_dense
cross_entropy: ctc_loss_with_forward_probs poisson_nll_loss PoissonNLLLoss log_poisson_loss
softplus: HalfBinomialLoss CyHalfBinomialLoss ExponentialLoss CyExponentialLoss binary_cross_entropy_with_logits
softplus: sigmoid_cross_entropy_with_logits soft_margin_loss multilabel_soft_margin_loss SoftMarginLoss
softplus: mish BCEWithLogitsLoss sigmoid_cross_entropy sigmoid_binary_cross_entropy weighted_cross_entropy_with_logits
log_sigmoid: log_sigmoid_forward
elu: celu selu
leaky_relu: prelu prelu_kernel rrelu
silu: glu
swish: glu
huber_loss: CyHuberLoss pseudo_huber

batch_norm: {_NORMALIZATIONS} layer_norm layer_normalization rms_norm rms_normalization
batch_normalization: {_NORMALIZATIONS} layer_norm layer_normalization rms_norm rms_normalization
layer_norm: {_NORMALIZATIONS}
rms_norm: fused_rms_norm
dropout: native_dropout alpha_dropout feature_dropout feature_alpha_dropout dropout1d dropout2d dropout3d
dropout: stateless_dropout general_dropout fused_dropout

one_hot: multi_hot LabelBinarizer label_binarize MultiLabelBinarizer DictVectorizer FeatureHasher KBinsDiscretizer
one_hot: get_dummies StringLookup IntegerLookup HashedCrossing Hashing
to_categorical: encode_categorical_inputs
OrdinalEncoder: LabelEncoder TargetEncoder
CountVectorizer: HashingVectorizer
extract_patches: extract_patches_2d extract_patches_3d extract_image_patches extract_volume_patches PatchExtractor
extract_patches: conv_general_dilated_patches im2col
space_to_depth: pixel_unshuffle space_to_batch space_to_batch_nd
confusion_matrix: crosstab contingency_matrix multilabel_confusion_matrix

lstsq: jit_lstsq lsqr lsmr nnls lsq_linear matrix_solve_ls curve_fit least_squares leastsq LinearRegression Ridge
lstsq: ridge_regression qr_solve solve_least_squares pinv_solve
pinv: pinvh pinverse
polyfit: chebfit legfit lagfit hermfit hermefit
Polynomial: Chebyshev Legendre Laguerre Hermite HermiteE
solve: solve1 solve_ex tensorsolve cho_solve cholesky_solve lu_solve ldl_solve matrix_solve solve_triangular
solve: triangular_solve matrix_triangular_solve tridiagonal_solve solve_banded conjugate_gradient cg bicgstab gmres
solve: LUsolve LDLsolve QRsolve gauss_jordan_solve pinv_solve qr_solve linsolve solve_linear_system
solve: solve_linear_system_LU solve_lin_sys rref ddm_irref ddm_irref_den sdm_irref sdm_rref_den ddm_ilu_solve
solve: cholesky_solve_helper spsolve
inv: inv_ex inverse tensorinv pinvh matrix_inverse matrix_power cholesky_inverse ddm_iinv
svd: svdvals svd_f svd_s orth null_space randomized_svd TruncatedSVD interp_decomp svd_tall_and_square_input
svd: cossin svdp svd_r svd_c svd_r_raw svd_c_raw singular_value_decomposition singular_values nuclear_norm
pca_lowrank: PCA IncrementalPCA KernelPCA PLSSVD
eigh: eigvalsh eigh_lo eigh_up eigvalsh_lo eigvalsh_up eig_banded eigvals_banded eigh_tridiagonal
eigh: eigvalsh_tridiagonal self_adjoint_eig self_adjoint_eig_v2 self_adjoint_eigvals tridiagonal
eigh: eigsy eighe randomized_eigsh PSD
eig: eigvals schur qz ordqz hessenberg cdf2rdf eig_sort eigenvects eigenvals diagonalize jordan_form
qr: rq qr_multiply qr_insert qr_delete qr_update qr_r_raw qr_reduced qr_complete geqrf geqp3 orgqr ormqr
qr: householder_product QRdecomposition QRdecomposition_optional gs_decorrelation randomized_range_finder
sqrtm: matrix_square_root fractional_matrix_power logm matrix_logarithm signm funm matrix_inverse_pth_root powm
sqrtm: solve_continuous_are solve_discrete_are funm_multiply_krylov
polar: orthogonalize_via_newton_schulz zeropower_via_newtonschulz sym_decorrelation
orthogonal_procrustes: procrustes

quantile: nanquantile nanpercentile mquantiles scoreatpercentile mquantiles_cimj weighted_percentile hdquantiles
quantile: quantile_unchecked quantile_ureduce_func averaged_weighted_percentile QuantileTransformer percentile_filter
interp: interpn griddata make_interp_spline PchipInterpolator Akima1DInterpolator RegularGridInterpolator
interp: LinearNDInterpolator InterpolatedUnivariateSpline UnivariateSpline LSQUnivariateSpline BSpline NdBSpline
interp: make_lsq_spline make_splrep splrep compiled_interp map_coordinates
logpdf: norm_logpdf
multinomial: stateless_multinomial
trim_mean: trimmed_mean trimboth trim1 trim trima trimr trimtail tmean
mannwhitneyu: roc_auc_score binary_roc_auc_score ranksums
approx_fprime: approx_derivative get_numerical_jacobian compute_numeric_jacobian numerical_jvp
check_grad: check_grads check_derivative
line_search: line_search_wolfe1 line_search_wolfe2 line_search_wolfe12 line_search_armijo line_search_BFGS
line_search: scalar_search_armijo scalar_search_wolfe1 scalar_search_wolfe2 strong_wolfe zoom_linesearch
line_search: scale_by_zoom_linesearch scale_by_backtracking_linesearch
kmeans2: KMeans kmeans_plus_plus_initialization kmc2_chain_initialization KMC2ChainInitialization
vq: nearest_neighbors
rotary_embedding: rotary_embedding_23 RotaryEmbedding
clip_by_norm: renorm embedding_renorm clip_by_average_norm MaxNorm projection_l2_ball
clip_grad_norm_: clip_grads_with_norm clip_grad_norm
renorm: embedding_renorm
einsum: c_einsum bmm_einsum
outer: ger addr

convolve: correlate correlate2 convolve_or_correlate polymul convolve2d correlate2d fftconvolve oaconvolve
correlate: convolve correlate2 convolve_or_correlate convolve2d correlate2d fftconvolve oaconvolve
conv: conv1d conv2d conv3d conv_tbc convolution convolution_overrideable convolution_mode thnn_conv2d
conv: slow_conv2d_forward slow_conv2d_backward slow_conv_dilated2d slow_conv_dilated3d slow_conv3d slow_conv3d_forward
conv: slow_conv_transpose2d slow_conv_transpose3d conv_depthwise2d conv_depthwise3d mkldnn_convolution
conv: nnpack_spatial_convolution convolution_pointwise convolution_backward convolution_double_backward conv1d_weight
conv: conv2d_weight conv2d_input conv1d_input conv_general_dilated conv_with_general_padding ConvolutionOp
conv: conv_general_dilated_local conv_general_dilated_patches atrous_conv2d conv2d_backprop_filter
conv: conv2d_backprop_filter_v2 conv2d_backprop_input conv2d_backprop_input_v2 separable_conv separable_conv2d
conv_transpose: conv_transpose1d conv_transpose2d conv_transpose3d conv2d_transpose
depthwise_conv: depthwise_conv2d depthwise_conv2d_native depthwise_conv2d_backprop_filter separable_conv
depthwise_conv: depthwise_conv2d_backprop_input depthwise_conv2d_native_backprop_filter separable_conv2d
depthwise_conv: depthwise_conv2d_native_backprop_input
max_pool: adaptive_max_pool adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d fractional_max_pool
max_pool: fractional_max_pool_v2 fractional_max_pool2d fractional_max_pool3d max_pool_v2 max_pool_nd_with_indices
max_pool: max_pool_with_indices quantized_max_pool low_memory_max_pool_with_offsets_aten max_pool3d
max_pool: max_pool_grad max_pool_grad_v2 max_pool_grad_with_argmax max_pool3d_grad maximum_filter maximum_filter1d
max_pool: grey_dilation dilation2d dilation2d_v2 MaxFilter RankFilter minimum_filter minimum_filter1d grey_erosion
max_pool: erosion2d erosion2d_v2 MinFilter rank_filter order_filter generic_filter vectorized_filter
max_pool2d: max_pool2d_with_indices adaptive_max_pool2d max_pool_with_argmax max_pool_v2
reduce_window: reduce_window_max reduce_window_min reduce_window_sum select_and_gather_add select_and_scatter
reduce_window: select_and_scatter_add ReduceWindowOp
non_max_suppression: non_max_suppression_v2 non_max_suppression_v3 non_max_suppression_v4 non_max_suppression_v5
non_max_suppression: non_max_suppression_padded non_max_suppression_padded_v1 non_max_suppression_padded_v2
non_max_suppression: non_max_suppression_overlaps non_max_suppression_with_overlaps NonMaxSuppression
non_max_suppression: non_max_suppression_with_scores MultiClassNonMaxSuppression generate_bounding_box_proposals
"""
_LAPACK = {  # what a routine of LAPACK computes → its names without the letter for the data type
    "lstsq": "gels gelsd gelss gelsy",
    "solve": "gesv gesvx posv posvx potrs getrs sysv hesv gbsv ptsv gtsv",
    "inv": "getri potri sytri",
    "svd": "gesdd gesvd gesvdx gejsv",
    "eigh": "syev syevd syevr syevx heev heevd heevr heevx sygv sygvd sygvx hegv hegvd hegvx stev stevd stemr stebz "
    "stein sbevd sbevx hbevd hbevx sterf pteqr",
    "eig": "geev gees gehrd ggev gges",
    "qr": "geqrf geqp3 geqrfp gerqf orgqr orgrq ungqr ungrq ormqr unmqr tpqrt",
}


def _same():
    found = {}
    for line in filter(None, _TABLE.replace("\n    ", " ").splitlines()):
        name, _, others = line.partition(":")
        found.setdefault(name, []).extend(others.split())
    for name, routines in _LAPACK.items():
        for routine in routines.split():
            found[name] += [routine, *(letter + routine for letter in "sdcz")]
    return {name: tuple(dict.fromkeys(others)) for name, others in found.items()}


SAME = _same()
LAPACK = frozenset(
    letter + each for line in _LAPACK.values() for each in line.split() for letter in ("", *"sdcz")
)
_QUANTIZERS_OF_TORCH = """
    quantize_per_tensor quantize_per_channel quantize_per_tensor_dynamic fake_quantize_per_tensor_affine
    fake_quantize_per_channel_affine fake_quantize_per_tensor_affine_cachemask
    fake_quantize_per_tensor_affine_cachemask_tensor_qparams fake_quantize_per_channel_affine_cachemask
    fake_quantize_learnable_per_tensor_affine fake_quantize_learnable_per_channel_affine
    fused_moving_avg_obs_fake_quant fused_moving_avg_obs_fq_helper fused_moving_avg_obs_fq_helper_functional
    choose_qparams choose_qparams_symmetric choose_qparams_per_token choose_qparams_per_tensor choose_qparams_optimized
    make_per_tensor_quantized_tensor make_per_channel_quantized_tensor empty_affine_quantized
    empty_per_channel_affine_quantized
"""
_QUANTIZERS_OF_TENSORFLOW = """
    quantize quantize_v2 QuantizeV2 quantize_and_dequantize quantize_and_dequantize_v2 quantize_and_dequantize_v3
    quantize_and_dequantize_v4 QuantizeAndDequantize QuantizeAndDequantizeV2 QuantizeAndDequantizeV3
    QuantizeAndDequantizeV4 fake_quant_with_min_max_args fake_quant_with_min_max_vars
    fake_quant_with_min_max_vars_per_channel FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
    FakeQuantWithMinMaxVarsPerChannel uniform_quantize uniform_requantize UniformQuantize UniformRequantize
"""
_LOG_PROB = (
    "torch.distributions.Distribution.log_prob",
    "tensorflow.python.ops.distributions.distribution.Distribution.log_prob",
)


def _multivariate(*names, kind):
    """The densities of SciPy's multivariate distributions, with and without fixed parameters, and their logarithms."""
    ends = [f"{end}.{function}" for end in ("gen", "frozen") for function in (f"log{kind}", kind)]
    return [f"scipy.stats._multivariate.{name}_{end}" for name in names for end in ends]


ALSO = {
    "*.batch_norm": ("sklearn.scale", "sklearn.StandardScaler", "torch._normalize"),
    "*.layer_norm": ("torch._normalize",),
    "*.conv": tuple(
        f"jax.{name}" for name in ["convolve", "convolve2d", "correlate", "correlate2d", "fftconvolve"]
    ),
    "*.cross_entropy": (
        *_LOG_PROB,
        *_multivariate("multinomial", "dirichlet_multinomial", "multivariate_hypergeom", kind="pmf"),
        *(f"scipy.stats._distn_infrastructure.rv_discrete{end}" for end in (".logpmf", ".pmf")),
        *(f"scipy.stats._distn_infrastructure.rv_discrete_frozen{end}" for end in (".logpmf", ".pmf")),
    ),
    "*.logpdf": (
        *_LOG_PROB,
        *_multivariate("multivariate_normal", "multivariate_t", "matrix_normal", "matrix_t", kind="pdf"),
        "scipy.stats._multivariate.multivariate_normal_gen._logpdf",
        "scipy.stats._distribution_infrastructure.ContinuousDistribution.logpdf",
        *(f"scipy.stats._kde.gaussian_kde.{function}" for function in ("logpdf", "pdf", "evaluate")),
        *(
            f"scipy.stats._distn_infrastructure.rv_{kind}.logpdf"
            for kind in ("continuous", "continuous_frozen")
        ),
    ),
    "*.distributions": (
        *("torch.distributions.*", "tensorflow.python.ops.distributions.*", "scipy.stats.*"),
        *("jax._src.scipy.stats.*", "torch.gaussian_nll_loss"),
    ),
    "*.polar": (
        "scipy.spatial.transform.Rotation.from_matrix",
        "scipy.spatial.transform.Rotation.align_vectors",
    ),
    "scipy.linalg.toeplitz": ("scipy.hankel", "scipy.matmul_toeplitz", "jax.toeplitz"),
    "keras.initializers.*": (
        *("tensorflow.python.ops.init_ops.*", "tensorflow.python.ops.init_ops_v2.*"),
        *("tensorflow.compat.v1.initializers.*", "jax.nn.initializers.*", "torch.nn.init.*"),
    ),
    "keras.losses.*": ("tensorflow.python.ops.losses.*", "tensorflow.compat.v1.losses.*"),
    "keras.metrics.*": ("tensorflow.python.ops.metrics_impl.*", "tensorflow.compat.v1.metrics.*"),
    "keras.quantizers.*": (
        *(f"torch.{name}" for name in _QUANTIZERS_OF_TORCH.split()),
        *(f"tensorflow.{name}" for name in _QUANTIZERS_OF_TENSORFLOW.split()),
        "torch.ao.quantization.*",
    ),
    "*.softplus": tuple(
        f"scipy.stats._continuous_distns.{kind}logistic_gen._logpdf" for kind in ("", "gen", "half")
    ),
    "*.clip_by_norm": ("keras.src.optimizers.base_optimizer.BaseOptimizer._clip_by_norm",),
    "keras.random.categorical": ("jax.categorical", "tensorflow.categorical"),
}
