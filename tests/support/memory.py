"""How much memory a process of its own has needed."""

from pathlib import Path


def peak_mb() -> int:
    """
    Return the most memory that this program has held, in MB.

    By `/proc`, which begins anew with a program: what `getrusage` says began with the
    process that started this one.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    [peak] = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak) // 1024
