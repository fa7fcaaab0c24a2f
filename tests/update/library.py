"""The real releases and this checkout, and projects made from them: each rendered once."""

from __future__ import annotations

import hashlib
import json
import pickle
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import uuid4

from newapi.project import history
from newapi.project.answers_file import ANSWERS_FILE
from newapi.project.migrations import Lineage
from newapi.project.tree import Tree, folders
from newapi.questions import answer_migration
from newapi.questions import answers as answering
from newapi.releases import store
from newapi.template import catalog, features, sources
from newapi.template.catalog import Value
from newapi.template.sources import Source
from newapi.update import planning, upgrades
from newapi.update.planning import Sides
from tests.matrix import CORE
from tests.update.stories import NEW_PATHS, Edit, Story

Answers = dict[str, Value]
NAME = "shop"


@dataclass(frozen=True)
class Journey:
    """From a release to itself or a later one, with one other choice or with none."""

    start: str
    end: str
    number: int
    is_changed: bool


class Library:
    """Every release with its questions, and whatever was rendered from it."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.folder = folder
        self.sources: dict[str, Source] = {}
        for version in (*store.versions(), None):
            source = stack.enter_context(sources.open_source(None, version))
            self.sources[source.commit] = source  # a checkout may be just like its newest release
        self.releases = list(self.sources)
        self.catalogs = {name: catalog.load(source.path) for name, source in self.sources.items()}
        self._trees: dict[str, Tree] = {}
        self._sides: dict[Journey, Sides] = {}

    def journeys(self, count: int) -> list[Journey]:
        """Return every way between releases, each from this many sets of answers."""
        return [
            Journey(start, end, number, is_changed)
            for number in range(count)
            for place, start in enumerate(self.releases)
            for end in self.releases[place:]
            for is_changed in (True, False)
            if is_changed or start != end
        ]

    def sides(self, journey: Journey) -> Sides:
        """Return the rendered projects before and after a journey."""
        if journey not in self._sides:
            base = self.render(journey.start, self.answers(journey.start, journey.number))
            after = self.after(base, journey.end, self.choice(journey))
            self._sides[journey] = Sides(base, self.render(journey.end, after))
        return self._sides[journey]

    def lineage(self, journey: Journey) -> Lineage:
        """Return the declarations about revisions at the end of a journey."""
        base = self.render(journey.start, self.answers(journey.start, journey.number))
        return upgrades.lineage(
            *(self.sources[journey.start], self.sources[journey.end]),
            self.after(base, journey.start, {}),
            self.after(base, journey.end, self.choice(journey)),
            self.catalogs[journey.end],
        )

    def choice(self, journey: Journey) -> Answers:
        """Return the choice on the way: one feature differently, or none."""
        if not journey.is_changed:
            return {}
        chance, known = Random(str(journey)), self.catalogs[journey.end]
        base = self.render(journey.start, self.answers(journey.start, journey.number))
        before = self.after(base, journey.end, {})
        question = chance.choice(list(known.features.values()))
        others = [value for value in question.values if value != before[question.name]]
        return {question.name: chance.choice(others)}

    def after(self, project: Tree, release: str, typed: Answers) -> Answers:
        """Answer the questions of a release as an update of this project does."""
        record = history.read(project[ANSWERS_FILE].data)
        return dict(answer_migration.over(record, typed, None, self.catalogs[release])[0].answers)

    def answers(self, release: str, number: int) -> Answers:
        """Return a set of answers: everything, then whatever chance brings."""
        known, chance = self.catalogs[release], Random(f"{release} {number}")
        chosen = {
            question.name: features.on_value(question, known)
            if number == 0 and question.feature
            else chance.choice(question.values)
            for question in known.questions.values()
            if question.feature or question.name in CORE
        }
        chosen = answering.filled({**chosen, "project_name": NAME}, known, {})
        by_hand = [name for name in known.features if chance.random() < 1 / 3]
        wanted = {n for n in by_hand if chosen[n] == known.questions[n].off}
        return dict(features.resolve(chosen, wanted, known).answers)

    def render(self, release: str, answers: Answers) -> Tree:
        """Render a project once, for all workers of this run."""
        text = json.dumps([release, answers], sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:20]
        if key not in self._trees:
            path = self.folder / f"{key}.tree"
            if not path.exists():
                made = planning.render(self.sources[release], answers, NAME)
                part = path.with_suffix(f".{uuid4().hex}")
                part.write_bytes(pickle.dumps(made))
                part.replace(path)
            self._trees[key] = pickle.loads(path.read_bytes())
        return self._trees[key]


def edited(sides: Sides, by_user: list[Edit]) -> Story:
    """Let the user edit a project, more often than not where the template changes something."""
    base, theirs = sides
    busy = [path for path, entry in base.items() if theirs.get(path) != entry]
    come = sorted(theirs.keys() - base.keys())
    in_the_way = [f"{path}/inside.txt" for path in come] + sorted(folders(theirs) - folders(base))
    mine = {path: entry for path, entry in base.items() if path != ANSWERS_FILE}
    story = Story("user", mine, new_paths=[*come, *in_the_way, *NEW_PATHS], busy=sorted(busy) * 3)
    story.apply(by_user)
    story.tree[ANSWERS_FILE] = base[ANSWERS_FILE]
    return story
