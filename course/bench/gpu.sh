#!/usr/bin/env bash
# On a machine with an NVIDIA GPU, in the checkout: the whole table in both precisions, one call, one folder a precision.
#   bash course/bench/gpu.sh [OUT]          PYTHON=… chooses the interpreter, BENCH_OPTIONS="--repeats 5" adds options
# PRECISIONS and BACKENDS choose a part (a machine may be lent for minutes); one process measures a case (PROCESSES).
# Every run is made even if one before it fails; the exit code is then not zero. DEVICE=cpu rehearses it without a GPU.
set -u
cd "$(dirname "$0")/../.."
out="${1:-runs/bench/gpu}"
python="${PYTHON:-python3}"
status=0
for precision in ${PRECISIONS:-float32 bfloat16}; do
  for backend in ${BACKENDS:-jax torch}; do
    # shellcheck disable=SC2086
    "$python" -m course.cli bench --device "${DEVICE:-gpu}" --precision "$precision" --backend "$backend" \
      --time-to "${SHARE:-0.99}" --processes "${PROCESSES:-1}" \
      --out "$out/$precision-$backend" ${BENCH_OPTIONS:-} || status=1
  done
done
exit "$status"
