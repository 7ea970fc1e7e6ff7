"""What a library does for a file with a forbidden function counts as the file's call: it reads, executes or applies it.

Libraries may use a forbidden function for their own purposes (`test_other_code.py`). These ways have the function in
no variable of the library: a pickle or a text names it, or the library is one of methods, such as scikit-learn.
"""

import numpy as np
import pytest

from course import catalog
from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import names_of, session  # noqa: F401

Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")
ALGEBRA = "*.svd", "*.eigh", "*.eig", "*.qr", "*.sqrtm", "*.polar"
HELPERS = """
import base64
import importlib
import io
import itertools
import json
import marshal
import operator
import os
import pickle
import tempfile
import zipfile

import keras
import numpy as np

PICKLE = b"cnumpy.linalg\\nsvd\\n(" + pickle.dumps(np.eye(2), 2)[2:-1] + b"tR."


def f(z):
    import numpy
    return numpy.linalg.svd(z)

def leaf(z):
    return np.asarray(keras.ops.convert_to_numpy(z), "float64")
"""
CARRIED = (
    HELPERS
    + """
CODE = lambda: f.__code__.replace(co_filename=np.__file__)


def file_of_numpy(z):
    stream = io.BytesIO()
    np.save(stream, np.array([None], dtype=object), allow_pickle=True)
    return np.load(io.BytesIO(stream.getvalue().split(b"\\n")[0] + b"\\n" + PICKLE), allow_pickle=True)[1]

def text_that_numpy_executes(z):
    names = {"linalg": np.linalg}
    np.testing._private.utils.runstring("found = linalg.svd([[1.0, 2.0]])", names)
    return names["found"][1]

def code_that_numpy_executes(z):
    code = compile("def g(a): return linalg.svd(a)", np.__file__, "exec")
    np.testing._private.utils.runstring(code, vars(np))
    return np.g(leaf(z))[1]

def text_that_sympy_reads(z):
    from sympy.parsing.sympy_parser import eval_expr
    return eval_expr("linalg.svd([[1.0, 2.0]])", {"linalg": np.linalg}, {})[1]

def configuration_of_a_layer(z):
    raw = base64.encodebytes(marshal.dumps(CODE())).decode("ascii")
    keras.config.enable_unsafe_deserialization()
    code = {"class_name": "__lambda__", "config": {"code": raw, "defaults": None, "closure": None}}
    return keras.layers.Lambda.from_config({"name": "a", "function": code}).function(leaf(z))[1]

def file_of_a_model(z):
    path = os.path.join(tempfile.mkdtemp(dir=os.getcwd()), "model.keras")
    inputs = keras.Input((3,))
    keras.Model(inputs, keras.layers.Lambda(lambda x: x, output_shape=(3,))(inputs)).save(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    config = json.loads(parts["config.json"])
    (layer,) = [each for each in config["config"]["layers"] if each["class_name"] == "Lambda"]
    layer["config"]["function"]["config"]["code"] = base64.encodebytes(marshal.dumps(CODE())).decode("ascii")
    config["compile_config"] = None
    with zipfile.ZipFile(path, "w") as new:
        for name, part in parts.items():
            new.writestr(name, json.dumps(config) if name == "config.json" else part)
    return keras.saving.load_model(path, safe_mode=False).layers[1].function(leaf(z))[1]

def method_by_its_name(z):
    return keras.tree.map_structure(operator.methodcaller("svd", leaf(z)), [np.linalg])[0][1]

def series_of_calls(z):
    import networkx
    return next(networkx.utils.pairwise(itertools.chain(itertools.starmap(np.linalg.svd, [(leaf(z),)]), [1])))[0][1]
"""
)
TORCH = """
def file_of_torch(z):
    import torch
    stream, changed = io.BytesIO(), io.BytesIO()
    torch.save(torch.zeros(1), stream)
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, PICKLE if name.endswith("data.pkl") else old.read(name))
    changed.seek(0)
    return torch.load(changed, weights_only=False)[1]
"""
APPLIED = (
    HELPERS
    + """
def of(module, name):
    return getattr(importlib.import_module(module), name)

def square(z):
    return leaf(z)[:, :2] @ leaf(z)[:, :2].T + np.eye(2)

def independent_components(z):
    return of("sklearn.decomposition", "FastICA")(whiten="unit-variance", max_iter=1).fit(np.eye(4)).whitening_

def its_decorrelation(z):
    return of("sklearn.decomposition._fastica", "_sym_decorrelation")(square(z))

def its_eigenvectors(z):
    return of("sklearn.utils.extmath", "_randomized_eigsh")(square(z), n_components=2)

def inverse_root_of_a_kernel(z):
    return of("sklearn.kernel_approximation", "Nystroem")("linear", n_components=2).fit(square(z)).normalization_

def discriminant(z):
    fitted = of("sklearn.discriminant_analysis", "QuadraticDiscriminantAnalysis")()
    return fitted.fit(np.vstack([np.eye(3), -np.eye(3)])[:, :2], [0, 0, 0, 1, 1, 1]).rotations_

def covariance_of_a_distribution(z):
    return of("scipy.stats._multivariate", "_PSD")(square(z)).U

def riccati(z):
    return of("scipy.linalg", "solve_continuous_are")(np.zeros((2, 2)), np.eye(2), square(z), np.eye(2))

def cosines_and_sines(z):
    return of("scipy.linalg", "cossin")(np.eye(4), p=2, q=2)

def method_of_mpmath(z):
    return of("mpmath", "mp").sqrtm(of("mpmath", "matrix")(square(z).tolist()))

def matrix_of_sympy(z):
    return of("sympy", "Matrix")(square(z).tolist()).diagonalize()
"""
)
COSTS = (
    HELPERS
    + """
from scipy import stats


def multinomial(z):
    return stats.multinomial.logpmf([1, 0], 1, [0.2, 0.8])

def discrete(z):
    return stats.rv_discrete(values=([0, 1], [0.2, 0.8])).logpmf(1)

def another_distribution(z):
    return stats.dirichlet_multinomial.logpmf([1, 0], [1e9, 2e9], 1)

def of_scikit_learn(z):
    from sklearn import _loss
    return getattr(_loss, "HalfMultinomial" + "Loss")(n_classes=3).loss(np.zeros(2), leaf(z).copy())

def of_one_frame(z):
    one = np.ones(2, "int32")
    return keras.ops.ctc_loss(one[:, None], keras.ops.expand_dims(z, 1), one, one)

def metric(z):
    return keras.metrics.BinaryCrossentropy(from_logits=True)([[1.0]], [[0.5]])
"""
)
DENSITIES = (
    HELPERS
    + """
from scipy import stats


def student(z):
    return stats.multivariate_t([0, 0], np.eye(2), df=np.inf).logpdf([1, 0])

def without_a_check(z):
    return stats.multivariate_normal._logpdf(np.ones(2), np.zeros(2), stats.Covariance.from_diagonal([1, 1]))

def new_distribution(z):
    return stats.Normal(mu=0.0, sigma=1.0).logpdf(1.0)

def kernel_density(z):
    return stats.gaussian_kde([[0.0, 1.0]]).logpdf([0.0])
"""
)
LIBRARIES = """
import importlib
import io
import json
import pickle

VOCABULARY = {"a": 0, "b": 1, "ab": 2}
TEXT = json.dumps({"version": "1.0", "model": {"type": "BPE", "vocab": VOCABULARY, "merges": [["a", "b"]]}})


def processes(z):
    gp = importlib.import_module("optuna._gp.gp")
    return gp.GPRegressor(is_categorical=None, X_train=None, y_train=None, inverse_squared_lengthscales=None,
                          kernel_scale=None, noise_var=None)

def processes_without_init(z):
    gp = importlib.import_module("optuna._gp.gp")
    return vars(gp.GPRegressor)["__init__"](object(), None, None, None, None, None, None)

def tokens(z):
    made = importlib.import_module("tokenizers." + "models").BPE(VOCABULARY, [("a", "b")])
    return [token.value for token in made.tokenize("ab")]

def tokens_without_init(z):
    BPE = importlib.import_module("tokenizers.tokenizers").models.BPE
    return BPE.__new__(BPE, VOCABULARY, [("a", "b")]).tokenize("ab")

def tokens_from_text(z):
    return importlib.import_module("tokenizers").Tokenizer.from_str(TEXT).encode("ab").tokens

def tokens_from_pickle(z):
    make = importlib.import_module("tokenizers").Tokenizer.from_buffer
    class Tokens:
        def __reduce__(self):
            return make, (TEXT.encode(),)
    return pickle.loads(pickle.dumps(Tokens()))

def pieces(z):
    trainer = importlib.import_module("sentencepiece").SentencePieceTrainer
    return trainer.train(sentence_iterator=iter(["abab"]), model_writer=io.BytesIO(), vocab_size=6, model_type="bpe")

def pieces_in_c(z):
    return importlib.import_module("sentencepiece._sentencepiece").SentencePieceTrainer._TrainFromString("--help")
"""
TUNER = """
import numpy as np
from keras_tuner.src.tuners import bayesian


class Oracle(bayesian.BayesianOptimizationOracle):
    def _vectorize_trials(self):
        return np.array([[0.0], [1.0]]), np.array([1.0, 2.0])

    def _get_hp_bounds(self):
        return np.array([[0.0, 1.0]])

    def _vector_to_values(self, vector):
        return {"x": float(vector[0])}


def process(z):
    return bayesian.BayesianOptimizationOracle(objective="loss")

def fitted(z):
    oracle = Oracle(objective="loss", num_initial_points=-1)
    oracle.trials = {}
    return oracle.populate_space("1")
"""
HONEST = """
import copy
import dataclasses
import io
import os
import pickle

import keras
import numpy as np


@dataclasses.dataclass
class Pair:
    left: int = 1


def arrays(z):
    stream = io.BytesIO()
    np.savez(stream, z=np.ones(2))
    stream.seek(0)
    return np.load(stream)["z"]

def copies(z):
    return copy.deepcopy(pickle.loads(pickle.dumps({"z": np.ones(2), "pair": Pair()})))["z"]

def formula(z):
    import sympy
    x = sympy.Symbol("x")
    return sympy.lambdify(x, sympy.expand((x + 1) ** 2), "numpy")(np.zeros(2))

def model(z):
    inputs = keras.Input((2,))
    keras.Model(inputs, keras.layers.Activation("relu")(inputs)).save("model.keras")
    return keras.saving.load_model("model.keras")(np.ones((1, 2), "float32"))[0]

def learned(z):
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import normalize
    return normalize(np.eye(2)).sum(0) * LinearRegression().fit(np.eye(2), np.ones(2)).predict(np.eye(2))
"""


def refused(make, source, *forbidden):
    asked = make(source, *forbidden)
    for name in names_of(source):
        if name in ("of", "square"):
            continue
        asked.forbidden_calls.clear()
        with pytest.raises(CandidateError) as caught:
            pytest.fail(f"{name} returned {getattr(asked.candidate, name)(Z)}")
        assert caught.value.kind == "ForbiddenShortcut", f"{name}: {caught.value}"
        assert asked.forbidden_calls, name


@pytest.mark.backend_independent
def test_a_library_reads_or_executes_what_the_file_has_written(session):  # noqa: F811
    refused(session, CARRIED, "*.svd")


@pytest.mark.needs_backend("torch")
def test_torch_reads_what_the_file_has_written(session):  # noqa: F811
    refused(session, HELPERS + TORCH, "*.svd")


@pytest.mark.backend_independent
def test_these_ways_work_if_nothing_is_forbidden(session):  # noqa: F811
    for source in (CARRIED, APPLIED, COSTS, DENSITIES):
        asked = session(source)
        for name in names_of(source):
            if name not in ("of", "square"):
                getattr(asked.candidate, name)(Z)


@pytest.mark.backend_independent
def test_a_library_of_methods_decomposes_a_matrix(session):  # noqa: F811
    refused(session, APPLIED, *ALGEBRA)


@pytest.mark.backend_independent
def test_a_distribution_has_the_cost(session):  # noqa: F811
    refused(session, COSTS, "keras.losses.*", "*.cross_entropy")


@pytest.mark.backend_independent
def test_a_distribution_has_the_density(session):  # noqa: F811
    refused(session, DENSITIES, "sklearn.*", "*.logpdf")


@pytest.mark.backend_independent
def test_a_library_that_is_forbidden_as_a_whole(session):  # noqa: F811
    for name in ("optuna", "tokenizers", "sentencepiece"):
        pytest.importorskip(name)
    refused(session, LIBRARIES, "optuna.*", "tokenizers.*", "sentencepiece.*")


@pytest.mark.backend_independent
def test_a_library_of_methods_uses_a_library_that_is_forbidden_as_a_whole(session):  # noqa: F811
    """Keras Tuner makes scikit-learn's Gaussian process, which gave 5 of the 10 points of exercise 6.5."""
    pytest.importorskip("keras_tuner")
    refused(session, TUNER, "sklearn.*", "optuna.*")
    asked = session(TUNER, "optuna.*")
    assert asked.candidate.fitted(Z)["status"] == "RUNNING"
    assert not asked.forbidden_calls


@pytest.mark.needs_backend("tensorflow")
def test_byte_pairs_of_another_library(session):  # noqa: F811
    """Exercise 8.3: TensorFlow Text brings SentencePiece along."""
    pytest.importorskip("tensorflow_text")
    (exercise,) = catalog.load().exercises_of("u08/ex03")
    source = (
        "def pieces(z):\n    import tensorflow_text as t\n    return t.SentencepieceTokenizer(model=b'')\n"
    )
    refused(session, source, *exercise.forbidden)


def test_files_and_libraries_may_be_used_for_other_purposes(session):  # noqa: F811
    asked = session(HONEST, *ALGEBRA)
    for name in names_of(HONEST):
        np.testing.assert_allclose(getattr(asked.candidate, name)(Z), [1, 1], rtol=1e-5, err_msg=name)
    assert not asked.forbidden_calls
