"""Softmax regression on handwritten digits: 92% on MNIST, and how sure that number is (§3.3)."""

import keras
import numpy as np

from course import figures
from units.u01_machine_learning.cross_validation import cross_validate, stratified_kfold
from units.u02_logistic_softmax.softmax_regression import SoftmaxRegression


def run(r):
    d = r.data()
    x, y, x_test, y_test = d.features("train"), d.labels("train"), d.features("test"), d.labels("test")
    settings = {"batch_size": r.pick(quick=32, full=128), "epochs": r.pick(quick=20, full=15), "verbose": 0}

    model = compiled(d.classes, r.pick(quick=0.01, full=0.002))
    history = model.fit(x, y, validation_data=(x_test, y_test), **settings).history
    scores = model.evaluate(x_test, y_test, batch_size=1000, verbose=0, return_dict=True)
    r.log(f"{model.count_params()} parameters, {len(x)} training and {len(x_test)} test samples")
    r.metric("test_accuracy", scores["accuracy"])
    r.metric("test_cost", scores["loss"])
    r.metric("train_accuracy", history["accuracy"][-1])

    def fold_accuracy(train, dev):
        m = compiled(d.classes, r.pick(quick=0.01, full=0.002))
        m.fit(x[train], y[train], **settings)
        return m.evaluate(x[dev], y[dev], batch_size=1000, verbose=0, return_dict=True)["accuracy"]
