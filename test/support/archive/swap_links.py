"""Exchanges pairs of names as fast as it can (renameat2 with RENAME_EXCHANGE), so that a path means two things in turn.

Usage: swap_links.py SECONDS NAME OTHER [NAME OTHER ...]; prints how many exchanges it made.
"""
import ctypes
import os
import sys
import time

AT_FDCWD = -100
RENAME_EXCHANGE = 2
libc = ctypes.CDLL(None, use_errno=True)


def exchange(one, other):
    if libc.renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def main():
    seconds, names = float(sys.argv[1]), [os.fsencode(name) for name in sys.argv[2:]]
    pairs = list(zip(names[::2], names[1::2]))
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for one, other in pairs:
            exchange(one, other)
            count += 1
        # Short and uneven: what looks twice must meet both states, in every order.
        time.sleep((count % 7) * 20e-6)
    print(count)


main()
