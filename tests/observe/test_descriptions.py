import pytest

from asbuilt.descriptions import is_built, is_config_change, is_of_images, rolled_back_to


@pytest.mark.parametrize(
    "description",
    [
        "Initial release",
        "Enable Logplex",
        "Set SECRET_KEY, SENTRY_DSN config vars",
        "Set x config vars",
        "Unset APP_ENV config vars",
        "Remove APP_ENV config vars",
        "Config add AWS_S3_KEY",
        "Attach DATABASE (@ref:postgresql-curly-33328)",
        "Detach LOGDNA (@ref:logdna-deep-31633)",
        "Update DATABASE by heroku-postgresql",
        "Update LOGDNA",
        "@ref:redis-defined-55463 completed provisioning, setting REDIS_TLS_URL, REDIS_URL.",
        "Upgrade stack to heroku-24",
    ],
)
def test_config_and_add_on_changes_bring_no_code(description):
    assert is_config_change(description)
    assert not is_of_images(description)
    assert not is_built(description)


@pytest.mark.parametrize(
    "description",
    [
        "",
        "Deploy 1a2b3c4d",
        "Deployed web (f5ce2d583e48)",
        "Rollback to v8",
        "Promote shop-staging v12 1a2b3c4d",
        "Set up the new search",
        "Set all the config vars",
        "Attach the new logo",
        "Update search",
        "Initial release of the shop",
        "Deploy 1a2b3c4d\nSet X config vars",
    ],
)
def test_all_else_counts_as_a_deploy(description):
    assert not is_config_change(description)


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Deployed web (f5ce2d583e48)", True),
        ("Deployed web, worker (f5ce2d583e48, 9d10aa02b7c1)", True),
        ("Deployed web", False),
        ("Deploy f5ce2d58", False),
    ],
)
def test_images_are_released_under_their_ids(description, expected):
    assert is_of_images(description) is expected


@pytest.mark.parametrize(("description", "expected"), [("Rollback to v8", 8), ("Rollback to v8 ", None), ("v8", None)])
def test_a_rollback_says_where_to(description, expected):
    assert rolled_back_to(description) == expected
