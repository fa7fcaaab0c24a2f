"""The questions, features and presets of a template, read from copier.yml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from newapi.errors import NewapiError

if TYPE_CHECKING:
    import yaml

Value = bool | str

_FENCE = "# {%"


@dataclass(frozen=True)
class Question:
    """One question of the template; a feature is a question with its own manifest."""

    name: str
    type: Literal["str", "bool"]
    choices: tuple[str, ...]
    default: Value
    help: str
    group: str
    feature: bool
    title: str
    requires: tuple[str, ...]
    presets: Mapping[str, Value]
    paths: tuple[str, ...]
    comes_with: tuple[str, ...] = ()  # features that bring what this one would

    @property
    def off(self) -> Value:
        """The answer that switches this feature off."""
        return False if self.type == "bool" else "none"

    @property
    def values(self) -> tuple[Value, ...]:
        """Every possible answer; empty for free text."""
        return (True, False) if self.type == "bool" else self.choices

    @property
    def can_be_off(self) -> bool:
        """Whether one of the answers switches this question off."""
        return self.off in self.values


@dataclass(frozen=True)
class Catalog:
    """All questions in the order in which they are asked, and the presets."""

    questions: Mapping[str, Question]
    presets: Mapping[str, str]
    default_preset: str
    groups: tuple[str, ...]
    renames: Mapping[str, str] = field(default_factory=dict)  # of files, old to new paths
    names: Mapping[str, str] = field(default_factory=dict)  # old names in code to new ones

    @property
    def features(self) -> dict[str, Question]:
        """The questions that have a manifest."""
        return {name: question for name, question in self.questions.items() if question.feature}

    def grouped(self) -> Iterator[tuple[str, list[Question]]]:
        """Yield each group that has questions."""
        for group in self.groups:
            if members := [q for q in self.questions.values() if q.group == group]:
                yield group, members


def load(root: Path) -> Catalog:
    """Read the catalog of the template in this folder."""
    core, manifests = read(root / "copier.yml")
    try:
        return _catalog(core, manifests)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise _unreadable(error) from error


def settings(root: Path) -> dict[str, Any]:
    """Return the settings for Copier itself that the template in this folder makes."""
    core, manifests = read(root / "copier.yml")
    documents = (core, *manifests)
    return {k: v for document in documents for k, v in document.items() if k.startswith("_")}


def _unreadable(error: Exception) -> NewapiError:
    return NewapiError(
        f"The questions of the template cannot be read: {' '.join(str(error).split())}",
        "Reinstall newapi; with --template, mend copier.yml of that template.",
    )


def _catalog(core: dict[str, Any], manifests: list[dict[str, Any]]) -> Catalog:
    meta = core.get("_newapi", {})
    groups = tuple(meta.get("groups", ()))
    fallback = groups[0] if groups else "Project"
    questions: dict[str, Question] = {}
    for document in (core, *manifests):
        own = document.get("_newapi", {})
        for name, spec in document.items():
            if name.startswith("_") or (isinstance(spec, dict) and spec.get("when") is False):
                continue
            about = own.get("questions", {}).get(name, {}) if document is core else own
            about = {"group": fallback, **about}
            questions[name] = _question(
                name, spec, about, paths=_paths(document), feature=document is not core
            )
    return Catalog(
        questions=questions,
        presets=dict(meta.get("presets", {})),
        default_preset=meta.get("default_preset", ""),
        groups=tuple(dict.fromkeys((*groups, *(q.group for q in questions.values())))),
        renames=_declared("renames", core, *manifests),
        names=_declared("names", core, *manifests),
    )


def _question(
    name: str, spec: Any, about: dict[str, Any], *, paths: tuple[str, ...], feature: bool
) -> Question:
    spec = spec if isinstance(spec, dict) else {"default": spec}
    choices = spec.get("choices", ())
    if isinstance(choices, dict):
        choices = choices.values()
    default = spec.get("default", "")
    is_bool = spec.get("type") == "bool" or isinstance(default, bool)
    return Question(
        name=name,
        type="bool" if is_bool else "str",
        choices=tuple(str(choice) for choice in choices),
        default=default if isinstance(default, bool) else str(default),
        help=str(spec.get("help", "")),
        group=about["group"],
        feature=feature,
        title=about.get("title", name.replace("_", " ").capitalize()),
        requires=tuple(about.get("requires", ())),
        presets=dict(about.get("presets", {})),
        paths=paths if feature else (),
        comes_with=tuple(about.get("comes_with", ())),
    )


def _declared(key: str, *documents: dict[str, Any]) -> dict[str, str]:
    declared = (document.get("_newapi", {}).get(key, {}) for document in documents)
    return {str(old): str(new) for pairs in declared for old, new in pairs.items()}


def _paths(document: dict[str, Any]) -> tuple[str, ...]:
    lines = (line.strip() for block in document.get("_exclude", ()) for line in block.splitlines())
    return tuple(line for line in lines if line and not line.startswith(_FENCE))


def read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the template's own settings, and one dictionary per included manifest."""
    import yaml

    base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader_type: type[yaml.SafeLoader] = type("Loader", (base,), {})  # knows `!include`
    manifests: list[dict[str, Any]] = []

    def include(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> None:
        for manifest in sorted(path.parent.glob(loader.construct_scalar(node))):
            documents = yaml.load_all(manifest.read_bytes(), Loader=loader_type)
            manifests.append(_merged(documents))

    loader_type.add_constructor("!include", include)
    try:
        core = _merged(yaml.load_all(path.read_bytes(), Loader=loader_type))
    except (OSError, yaml.YAMLError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise _unreadable(error) from error
    return core, manifests


def _merged(documents: Any) -> dict[str, Any]:
    return {key: value for document in documents if document for key, value in document.items()}
