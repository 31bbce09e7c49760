"""Which tier an app is of: by the stage of its pipeline, else by its name."""

import re

# https://devcenter.heroku.com/articles/pipelines: these are the stages that a pipeline has, but for `test`.
_STAGES = {
    "production": "production",
    "staging": "staging",
    "development": "development",
    "review": "review",
    "test": "review",
}
_WORDS = {
    "production": ("prod", "production", "live", "prd"),
    "staging": ("staging", "stage", "stg", "preprod", "uat", "qa", "test", "testing", "demo", "sandbox"),
    "development": ("dev", "develop", "development"),
    "review": ("review", "pr", "preview"),
}


def tier_of(name: str, stage: str | None) -> tuple[str, str]:
    """Give the tier of an app, and what somebody should look at: nothing where a pipeline or a plain name tells it."""
    if stage is not None:
        known = _STAGES.get(stage)
        return (known, "") if known else ("production", f'its stage "{stage}" is no tier here; taken for production')
    words = re.split(r"[-_0-9]+", name.lower())
    found = next((tier for word in reversed(words) for tier, those in _WORDS.items() if word in those), None)
    if found is None:
        return "production", "no pipeline says its tier, nor does its name: taken for production"
    return found, ""
