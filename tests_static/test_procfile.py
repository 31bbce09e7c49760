"""What the Procfile starts is there."""

from asbuilt.controls import Finding, control, finding, none_of


@control("WF017", severity="SEV-3", satisfies=["NIST CM-2", "ISO27001 A.8.9"])
def test_procfile_starts_the_declared_file(checkout, procfile_process):
    """The Procfile has each declared process, and the file that it starts is the declared one and is there.

    Remedy: correct the process in the Procfile of {repository}, or the declaration.
    """
    name, expected = procfile_process.process, procfile_process.file
    procfile = checkout.procfile
    if procfile is None or name not in procfile.processes:
        there = ", ".join(procfile.processes) or "no process" if procfile else "no Procfile"
        none_of([Finding(f'process "{name}" is missing; what is there: {there}', f"{name}: COMMAND", "Procfile")])
    process = procfile.processes[name]
    started = process.starts
    if started != expected:
        what = started or "a file that cannot be told from its command"
        none_of([finding(procfile.document, process.mark, f'"{name}" starts {what}, expected {expected}')])
    if started not in checkout.files:
        none_of([finding(procfile.document, process.mark, f'"{name}" starts {started}, and there is no such file')])
