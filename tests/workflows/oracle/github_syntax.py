"""What the package has of GitHub's syntax, made anew from what GitHub publishes: `make tables` writes it.

GitHub publishes the syntax of workflows and of actions for editors, in npm's @actions/workflow-parser. What can be
reached from a whole file is copied, without the descriptions that editors show; each definition is a line.
"""

import json
from pathlib import Path

HOME = Path(__file__).resolve().parents[3]
SOURCE = HOME / "node_modules/@actions/workflow-parser"
TABLES = HOME / "asbuilt/workflows/judge/github/published.json"
LICENSE = TABLES.with_suffix(".LICENSE")
# Of an action, what the runner reads, and not the stricter form of it that the editors ask for.
FILES = {
    "workflow": ("workflow-v1.0.min.json", "workflow-root-strict"),
    "action": ("action-v1.0.min.json", "action-root"),
}


def version():
    """Give the version of the package that is installed."""
    return json.loads((SOURCE / "package.json").read_text())["version"]


def tables():
    """Give the text of the package's tables."""
    parts = [
        f'"made_by": {json.dumps("make tables: what stands here by hand is lost, see published.py")}',
        f'"source": {json.dumps(f"@actions/workflow-parser {version()}")}',
        f'"license": {json.dumps(f"MIT, Copyright GitHub: the notice is in {LICENSE.name}")}',
    ]
    for kind, (name, root) in FILES.items():
        definitions = json.loads((SOURCE / "dist" / name).read_text())["definitions"]
        found = reached(definitions, root)
        lines = [f"  {json.dumps(key)}: {json.dumps(described_no_more(definitions[key]))}" for key in sorted(found)]
        parts.append(f'"{kind}": {{\n' + ",\n".join(lines) + "\n }")
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def reached(definitions, root):
    """Give the names of the definitions that can be reached from one; what has none is built in, as `string` is."""
    found, names = set(), [root]
    while names:
        name = names.pop()
        if name in definitions and name not in found:
            found.add(name)
            names += named_by(definitions[name])
    return found


def named_by(definition):
    """Give the names of the definitions that one names."""
    mapping, sequence = definition.get("mapping", {}), definition.get("sequence", {})
    yield from definition.get("one-of", ())
    yield from (each if isinstance(each, str) else each["type"] for each in mapping.get("properties", {}).values())
    yield from (each[key] for each in (mapping, sequence) for key in each if key.endswith("-type"))


def described_no_more(definition):
    """Give a definition without its descriptions; a key that is called `description` is none."""
    left = {key: value for key, value in definition.items() if key != "description"}
    if "properties" in left.get("mapping", {}):
        keys = {key: plain(each) for key, each in left["mapping"]["properties"].items()}
        left["mapping"] = left["mapping"] | {"properties": keys}
    return left


def plain(key):
    """Give what is said of a key: its type, and whether it is required where it is."""
    if isinstance(key, str):
        return key
    return {"type": key["type"], "required": True} if key.get("required") else key["type"]


def main():
    """Write the tables and the notice of their license."""
    if not SOURCE.is_dir():
        raise SystemExit(f"{SOURCE.relative_to(HOME)} is not installed: npm ci, then make tables again")
    TABLES.write_text(tables())
    LICENSE.write_text((SOURCE / "LICENSE").read_text())
    print(f"{TABLES.relative_to(HOME)} is as in @actions/workflow-parser {version()}")


if __name__ == "__main__":
    main()
