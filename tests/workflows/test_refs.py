import pytest

from asbuilt.workflows.triggers.globs import matches


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("main", "main", True),
        ("main", "Main", False),
        ("feature/*", "feature/a", True),
        ("feature/*", "feature/a/b", False),
        ("feature/**", "feature/a/b", True),
        ("**", "a/b", True),
        ("*", "a/b", False),
        ("v[12].[0-9]+.*", "v1.10.x", True),
        ("v[12].[0-9]+.*", "v3.1.x", False),
        ("colou?r", "color", True),
        ("v1.0", "v1x0", False),
        ("**-alpha", "a/b-alpha", True),
        ("**/a", "a", True),
        ("**/a", "b/c/a", True),
        ("**/a", "ba", False),
        ("a\\*", "a*", True),
        ("a\\*", "ab", False),
        ("[", "[", True),
        ("**/main", "main", True),
        ("**/main", "a/b/main", True),
        ("**/main", "domain", False),
        ("a/**/**/b", "a/b", True),
    ],
)
def test_a_filter_pattern_matches_as_github_reads_it(pattern, name, expected):
    assert matches(pattern, name) == expected
