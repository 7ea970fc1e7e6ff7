"""The rules by which a step has the same meaning on every backend, and what finds and builds the parts that it uses.

A read is a value (``…_state``), an assignment in a branch or a loop is one (``…_flow``, ``…_remat``), changed Python
values count from the next batch on (``parts``, ``python_values``), and what a step must not do is one sentence
(``step_rules``, ``building``, ``torch_rules``). ``kept_values``, ``saved_parts`` and ``checked_data`` serve models:
variables put back, arguments that are networks, and data that are looked at before a loop.

May import training. The adapters, the trainers and the fast paths of training call it.
"""
