"""Sets timers whose signals interrupt everything, the code of the checker in its process too."""

import signal


def ring(*_):
    raise RuntimeError("the bell")


def centre(x):
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    return x
