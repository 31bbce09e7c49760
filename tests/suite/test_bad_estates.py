"""A bad estate ends every command with one clear error: no traceback, exit 4."""

from typer.testing import CliRunner

from asbuilt.cli import app

REPOSITORY = "repositories: {o/r: {environments: {prod: }, checkout: .}}\n"
WAIVER = "waivers: [{control: %s, subject: %s, until: %s, owner: %s, issue: %s, reason: r}]\n"
GATES = ", ".join(["test"] * 5_000)
APPS = "".join(f"  a{number}:\n" for number in range(5_000))
BAD = {
    "nothing": "",
    "brackets": "[" * 100_000,
    "a cycle": "estate: &a [*a]\n",
    "a tag": "estate: !!python/object/apply:os.system [exit]\n",
    "a NUL": "estate: x\0\n",
    "a grace": "estate: x\napps: {a: {grace: 99999999999999999999d}}\n",
    "no name": 'estate: x\napps: {"": }\n',
    "a path as a name": 'estate: x\napps: {"../a": }\n',
    "a password": "estate: x\napps: {a: {url: 'https://me:hunter22@a.com'}}\n",
    "a query": "estate: x\napps: {a: {probes: ['/a?key=hunter22']}}\n",
    "braces": "estate: x\napps: {a: }\nlinks: {issues: 'https://a.com/{0}{issue}'}\n",
    "no braces": "estate: x\napps: {a: }\nlinks: {issues: 'https://a.com/{issue'}\n",
    "a script": "estate: x\napps: {a: }\nlinks: {runbook: 'javascript:alert(1)'}\n",
    "no owner": "estate: x\napps: {a: }\n" + WAIVER % ("HK001", "a", "2030-01-01", "' '", 1),
    "no day": "estate: x\napps: {a: }\n" + WAIVER % ("HK001", "a", 0, "o", 1),
    "no issue": "estate: x\napps: {a: }\n" + WAIVER % ("HK001", "a", "2030-01-01", "o", -1),
    "no such control of it": "estate: x\napps: {a: }\n" + REPOSITORY + WAIVER % ("HK002", "o/r", "2030-01-01", "o", 1),
    "an escape": 'estate: x\napps: {a: {"\\e]0;\\n::error::": x}}\n',
    "too many": "estate: x\napps:\n" + "".join(f"  a{number}: {{teir: x}}\n" for number in range(57)),
    "too much": f"estate: x\ndefaults: {{app: {{gates: [{GATES}]}}}}\napps:\n{APPS}",
}


def _one_clear_error(name, out, path):
    lines = [each for each in out.splitlines() if each.strip()]
    assert len(lines) <= (21 if name == "too many" else 1), (name, out)
    assert f"{path}:" in lines[0], (name, out)
    assert "Traceback" not in out, (name, out)
    assert "hunter22" not in out
    assert "\x1b" not in out
    if name == "too many":
        assert lines[-1].strip().endswith("... and 37 more")


def _written(folder):
    paths = {name: folder / f"{index}.yaml" for index, name in enumerate(BAD)}
    for name, path in paths.items():
        path.write_bytes(BAD[name].encode())
    return paths


def test_pytest_ends_with_4_and_one_error(play, tmp_path):
    for name, path in _written(tmp_path).items():
        played = play("tests_live", "-m", "live", "--sandbox=healthy", f"--estate={path}")
        assert played.code == 4, (name, played.out)
        _one_clear_error(name, played.out, path)


def test_asbuilt_paths_ends_with_4_and_one_error(tmp_path):
    for name, path in _written(tmp_path).items():
        if name == "no such control of it":
            continue  # it draws and judges nothing, so it takes no notice of waivers
        done = CliRunner().invoke(app, ["paths", f"--estate={path}", f"--checkout={tmp_path}"])
        assert done.exit_code == 4, (name, done.output)
        _one_clear_error(name, done.output, path)
