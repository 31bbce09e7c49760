"""What the Procfile says of the processes: which file each starts, where that can be told."""

from asbuilt.workflows.judge.procfile import needs_no_procfile, wrong_start
from asbuilt.workflows.paths.checkout import Checkout


def processes_of(checkout: Checkout) -> dict[str, str]:
    """Give the file that each process of the Procfile starts; only those that the Procfile check agrees with."""
    if checkout.procfile is None or needs_no_procfile(checkout):
        return {}
    started = {name: each.starts_of(checkout.files) for name, each in checkout.procfile.processes.items()}
    return {
        name: file
        for name, file in started.items()
        if file in checkout.files and not any(wrong_start(checkout, name, file))
    }
