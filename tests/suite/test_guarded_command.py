"""What the command prints holds no secret of the environment, however it is drawn, and is no command of CI."""

import pytest
from typer.testing import CliRunner

from asbuilt.cli import app

TOKEN = "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5"
DEPLOY = f"""on: {{push: {{branches: [main]}}}}
jobs:
  {TOKEN}:
    runs-on: ubuntu-latest
    environment: "production of {TOKEN}"
    steps:
      - uses: akhileshns/heroku-deploy@v3.13.15
        with: {{heroku_app_name: "shop-{TOKEN}"}}
"""


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", TOKEN)
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "deploy.yml").write_text(DEPLOY)
    (tmp_path / ".github" / "workflows" / "bad.yml").write_text(f"a: {TOKEN}: ::error:: {TOKEN}\n")
    return tmp_path


@pytest.mark.parametrize("form", ["table", "json", "mermaid", "svg"])
def test_a_drawing_holds_no_secret(checkout, form):
    done = CliRunner().invoke(app, ["paths", "--checkout", str(checkout), "--format", form])
    assert done.exit_code == 0, done.output
    assert "withheld" in done.output
    assert not [at for at in range(len(TOKEN) - 11) if TOKEN[at : at + 12] in done.output]


def test_a_mistake_that_quotes_a_secret_is_told_without_it(checkout):
    done = CliRunner().invoke(app, ["paths", "--checkout", f"{checkout}/{TOKEN}"])
    assert done.exit_code == 4
    assert "[withheld]" in "".join(done.output.split())
    assert TOKEN not in done.output
