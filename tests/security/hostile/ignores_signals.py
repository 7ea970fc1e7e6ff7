"""Ignores every signal that can be ignored, and never returns."""

import signal


def centre(x):
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError:
            pass
    while True:
        try:
            signal.pause()
        except BaseException:
            pass
