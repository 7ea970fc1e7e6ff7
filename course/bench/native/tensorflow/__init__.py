"""Native TensorFlow: ``build`` returns a step, ``(*batch) → loss``, for ``tf.function``; variables are updated."""
