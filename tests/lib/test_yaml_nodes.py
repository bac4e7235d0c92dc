"""Files of YAML: what cannot be read is told by file and line, and nothing else breaks on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from yaml.nodes import MappingNode

from tongguan.lib.yaml_nodes import Issue, Issues, YamlFileError, composed


class OwnError(YamlFileError):
    """A file of the test is wrong."""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a: [", ":1: this is no YAML: "),
        (b"a: 1\nb: 2\n c: 3", ":3: this is no YAML: mapping values are not allowed here"),
        (b"a: 1\nb: \x00", ":2: this is no YAML: character U+0000 cannot stand in it"),
        (b"a: *b", ":1: this is no YAML: found undefined alias"),
        (b"\xff\xfe", ":1: the file is not UTF-8: "),
        (b"[" * 5000, ":1: this is no YAML that can be read: its sections and lists are nested too deeply"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(content)
    with pytest.raises(OwnError) as caught:
        composed(path, OwnError)
    assert str(caught.value).startswith(f"{path}{told}")
    assert caught.value.path == path and len(caught.value.issues) == 1


def test_what_is_yaml_comes_with_its_text(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("\ufeffa: 1\n", encoding="utf-8")
    text, node = composed(path, OwnError)
    assert text == "a: 1\n" and isinstance(node, MappingNode)
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert composed(path, OwnError) == ("# nothing yet\n", None)


def test_mistakes_are_listed_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    Issues().check(path, OwnError)
    with pytest.raises(OwnError) as caught:
        Issues([Issue(7, "second"), Issue(2, "first")]).check(path, OwnError)
    assert str(caught.value) == f"{path}:2: first\n{path}:7: second"
