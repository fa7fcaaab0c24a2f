"""Questions as screens: lists with arrow keys, a check list, and a way back.

`prompts` asks the same questions as plain lines.
"""

from __future__ import annotations

import asyncio
import textwrap
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    Dimension,
    DynamicContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    UIContent,
    UIControl,
    Window,
)
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.utils import get_cwidth

from newapi.errors import NewapiError
from newapi.questions import choices, preferences, prompts, summary
from newapi.terminal import interrupts
from newapi.terminal.text import repaired, visible

if TYPE_CHECKING:
    from newapi.questions.draft import Draft
    from newapi.questions.prompts import Interview
    from newapi.template.catalog import Question, Value
    from newapi.terminal.console import Part

    Take = Callable[[str], list[str]]

_ROOMY = 20  # rows from which empty lines separate the parts of a screen
_HELP_ROWS = 3
_MESSAGE_ROWS = 5
_NAMED_CHANGES = 4
_ESCAPE_SECONDS = 0.1  # the codes of other keys begin with Esc: how long to wait for their rest
_CREATE, _TREE, _STOP, _TARGET, _PRESET = ":create", ":tree", ":stop", ":target", ":preset"

_STOP_KEY = "Ctrl-C stop"
# Characters that join others to one: terminals do not agree on how wide the result is.
_JOINING = dict.fromkeys((0x200D, 0xFE0F, *range(0x1F3FB, 0x1F400)))


def interview(about: Interview) -> Draft:
    """Return the answers when the summary is confirmed.

    Raises:
        KeyboardInterrupt: Somebody pressed Ctrl-C or a signal asks to stop.
        UsageError: The terminal was closed.
    """
    conversation = _Conversation(about)
    try:
        with interrupts.reported_to(conversation.stop):
            conversation.run()
    except (EOFError, OSError) as error:  # the second where the terminal cannot be restored
        raise prompts.end_of_input() from error
    if conversation.is_stopped:
        raise KeyboardInterrupt
    return conversation.draft


class _Page(Protocol):
    """One screen."""

    title: str
    about: str
    filter: str
    body: Window

    @property
    def keys(self) -> Sequence[str]:
        """What keys do that only this kind of screen has."""

    def show(self) -> None:
        """Make ready to be shown."""

    def accept(self) -> list[str]:
        """Take the answer and return the answers that it switched.

        Raises:
            ValueError: The answer is wrong; the message is the problem.
        """

    def help(self, width: int) -> list[str]:
        """Return the lines below the answer, always as many."""


def _no_notes(_key: str) -> list[str]:
    return []


class _TextPage:
    """A question with a line of text as its answer."""

    filter = ""
    keys: Sequence[str] = ()

    def __init__(self, title: str, about: str, read: Callable[[], str], take: Take) -> None:
        self.title = title
        self.about = about
        self._read = read
        self._take = take
        self._offered: str | None = None
        self._buffer = Buffer(multiline=False)
        bindings = KeyBindings()
        bindings.add(Keys.BracketedPaste)(self._paste)
        control = BufferControl(
            self._buffer, input_processors=[_Separated()], key_bindings=bindings
        )
        self.body = Window(
            control, wrap_lines=True, dont_extend_height=True, height=Dimension(min=1, max=9)
        )

    def show(self) -> None:
        """Offer the current answer, selected: typing replaces it, arrow keys edit it."""
        text = self._read()
        if text == self._offered:
            return  # later input is kept
        self._offered = text
        self._buffer.reset(Document(text, 0))
        if not text:
            return
        self._buffer.start_selection()
        self._buffer.cursor_position = len(text)
        if self._buffer.selection_state is not None:
            self._buffer.selection_state.enter_shift_mode()

    def accept(self) -> list[str]:
        """Take the typed text."""
        return self._take(self._buffer.text)

    def help(self, width: int) -> list[str]:
        """Say what typing does to the text that is offered."""
        is_offered = self._buffer.selection_state is not None
        return _wrapped("Typing replaces this; Left edits it." if is_offered else "", width)

    def _paste(self, event: KeyPressEvent) -> None:
        """Insert several lines as one; only the Enter key takes an answer."""
        if self._buffer.selection_state is not None:
            self._buffer.cut_selection()
        self._buffer.insert_text(" ".join(event.data.split()))


class _Separated(Processor):
    """Shows joined characters one by one; the answer keeps what joins them."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Leave out of a line what joins characters."""
        fragments = explode_text_fragments(transformation_input.fragments)
        shown = [i for i, fragment in enumerate(fragments) if ord(fragment[1]) not in _JOINING]
        return Transformation(
            [fragments[i] for i in shown],
            source_to_display=lambda i: bisect_left(shown, i),
            display_to_source=lambda i: shown[i] if i < len(shown) else len(fragments),
        )


@dataclass(frozen=True)
class _Row:
    """One line of a list."""

    key: str
    label: str
    about: str = ""
    group: str = ""
    mark: str = ""
    style: str = ""  # of what follows the label

    def matches(self, words: str) -> bool:
        """Return whether a filter finds this line."""
        return words.lower() in f"{self.label} {self.about} {self.group}".lower()


@dataclass(eq=False)
class _ListPage:
    """A question with a list, or a list to look at."""

    title: str
    about: str
    rows: Callable[[], list[_Row]]
    take: Take = _no_notes  # what Enter does with the line that the pointer is at
    switch: Callable[[str], None] | None = None  # what Space does with it
    current: Callable[[], str] | None = None
    has_filter: bool = True
    filter: str = ""
    pointed: str = ""

    def __post_init__(self) -> None:
        self._control = _ListControl(self)
        self.body = Window(self._control, dont_extend_height=True)

    @property
    def keys(self) -> Sequence[str]:
        """What keys do in this list."""
        toggle = ["Space switch"] if self.switch else []
        return [*toggle, "type to filter" if self.has_filter else "Up/Down scroll"]

    @property
    def found(self) -> list[_Row]:
        """The lines that the filter leaves."""
        return [row for row in self.rows() if row.matches(self.filter)]

    @property
    def row(self) -> _Row | None:
        """The line that the pointer is at."""
        found = self.found
        return next((row for row in found if row.key == self.pointed), found[0] if found else None)

    def show(self) -> None:
        """Point at the current answer."""
        self.filter = ""
        if self.current:
            self.pointed = self.current()

    def accept(self) -> list[str]:
        """Take the line that the pointer is at."""
        if (row := self.row) is None:
            raise ValueError(f"Nothing matches '{self.filter}'.")
        return self.take(row.key)

    def help(self, width: int) -> list[str]:
        """Return the whole text of the line, where the list has no room for it."""
        rows = self.rows()
        room = width - self.indent(rows)
        if all(get_cwidth(row.about) <= room for row in rows):
            return []
        height = min(_HELP_ROWS, max(len(_wrapped(row.about, width)) for row in rows))
        lines = _wrapped(self.row.about if self.row else "", width)[:height]
        return lines + [" "] * (height - len(lines))

    @staticmethod
    def indent(rows: Sequence[_Row]) -> int:
        """Return the column where the texts after the labels begin."""
        labels = [get_cwidth(row.mark + row.label) for row in rows if row.about]
        return max(labels, default=0) + 4

    def toggle(self, _event: KeyPressEvent) -> None:
        """Switch the line that the pointer is at."""
        if self.switch and (row := self.row):
            self.pointed = row.key
            self.switch(row.key)

    def move(self, steps: int, *, wraps: bool = True) -> None:
        """Move the pointer, from one end of the list to the other if it wraps."""
        keys = [row.key for row in self.found]
        if not keys:
            return
        place = (keys.index(self.pointed) if self.pointed in keys else 0) + steps
        self.pointed = keys[place % len(keys) if wraps else max(0, min(place, len(keys) - 1))]

    def narrow(self, text: str) -> None:
        """Add to the filter."""
        typed = text.split("\n")[0].strip()
        if self.has_filter and typed.isprintable():
            self.filter += typed

    def widen(self, _event: KeyPressEvent) -> None:
        """Take the last character of the filter back."""
        self.filter = self.filter[:-1]

    def bindings(self) -> KeyBindings:
        """Return what keys do in the list."""
        bindings = KeyBindings()

        def add(action: Callable[[], None], *keys: str) -> None:
            for key in keys:
                bindings.add(key)(lambda _event: action())

        add(lambda: self.move(-1), "up", "c-p")
        add(lambda: self.move(1), "down", "c-n")
        add(lambda: self.move(-self._control.height, wraps=False), "pageup")
        add(lambda: self.move(self._control.height, wraps=False), "pagedown")
        add(lambda: self.move(-len(self.found), wraps=False), "home")
        add(lambda: self.move(len(self.found), wraps=False), "end")
        bindings.add(" ")(self.toggle)
        bindings.add("backspace")(self.widen)
        bindings.add(Keys.Any)(lambda event: self.narrow(event.data))
        bindings.add(Keys.BracketedPaste)(lambda event: self.narrow(event.data))
        return bindings


class _ListControl(UIControl):
    """The visible part of a list."""

    def __init__(self, page: _ListPage) -> None:
        self.height = 1
        self._page = page
        self._top = 0

    def is_focusable(self) -> bool:
        """Keys go to the list."""
        return True

    def get_key_bindings(self) -> KeyBindings:
        """Return what keys do in the list."""
        return self._page.bindings()

    def preferred_height(self, width: int, *_: Any, **__: Any) -> int:
        """Return how many rows the whole list takes."""
        return len(self._lines(width)[0])

    def create_content(self, width: int, height: int | None) -> UIContent:
        """Draw the lines around the pointer; arrows on the right say that there are more."""
        lines, pointed = self._lines(width)
        self.height = height or len(lines)
        margin = 1 if self.height > 2 else 0  # a heading may be above the pointer
        self._top = min(self._top, max(0, pointed - margin))
        self._top = max(self._top, pointed + 1 + margin - self.height)
        self._top = max(0, min(self._top, len(lines) - self.height))
        shown = lines[self._top : self._top + self.height]
        if self._top:
            shown[0] = _with_arrow(shown[0], "^", width)
        if self._top + self.height < len(lines):
            shown[-1] = _with_arrow(shown[-1], "v", width)
        return UIContent(lambda i: shown[i], line_count=len(shown), show_cursor=False)

    def _lines(self, width: int) -> tuple[list[StyleAndTextTuples], int]:
        """Return the lines with their headings, and which one the pointer is at."""
        page, found = self._page, self._page.found
        if not found:
            return [[("dim", "  Nothing matches; Backspace or Esc widens the filter.")]], 0
        indent = page.indent(page.rows())
        pointed_key = page.row.key if page.row else ""
        lines: list[StyleAndTextTuples] = []
        pointed = 0
        group = ""
        for row in found:
            if row.group and row.group != group:
                lines.append([("bold", f"  {row.group}")])
            group = row.group
            if row.key == pointed_key:
                pointed = len(lines)
            lines.append(_drawn(row, width, indent, is_pointed=row.key == pointed_key))
        return lines, pointed


def _drawn(row: _Row, width: int, indent: int, *, is_pointed: bool) -> StyleAndTextTuples:
    label = f"{row.mark}{row.label}"
    space = " " * max(2, indent - 2 - get_cwidth(label)) if row.about else ""
    room = width - 4 - get_cwidth(label + space)  # the pointer, and an arrow at the end
    return [
        ("ansicyan bold", "> ") if is_pointed else ("", "  "),
        ("ansicyan bold" if is_pointed else "", _cut(label, width - 4)),
        (row.style or "dim", f"{space}{_cut(row.about, room)}" if room > 1 else ""),
    ]


def _with_arrow(line: StyleAndTextTuples, arrow: str, width: int) -> StyleAndTextTuples:
    used = sum(get_cwidth(fragment[1]) for fragment in line)
    return [*line, ("ansicyan", " " * max(0, width - 1 - used) + arrow)]


def _shown(text: str) -> str:
    return visible(repaired(text)).translate(_JOINING)


def _united(notes: Sequence[str]) -> list[str]:
    """Say once what several features need.

    >>> _united(["items needs auth: switched off", "jobs needs auth: switched off"])
    ['items, jobs need auth: switched off']
    """
    names: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        name, needs, rest = note.partition(" needs ")
        names.setdefault((needs, rest), []).append(name)
    return [
        f"{', '.join(found)}{' need ' if len(found) > 1 and needs else needs}{rest}"
        for (needs, rest), found in names.items()
    ]


def _cut(text: str, width: int) -> str:
    """Return a text cut to these columns, with an ellipsis if it is longer."""
    if get_cwidth(text) <= width:
        return text
    while text and get_cwidth(text) > width - 3:
        text = text[:-1]
    return f"{text}..."


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(20, width - 1)) or [""]


class _Conversation:
    """The screens in their order, and what moves between them."""

    def __init__(self, about: Interview) -> None:
        self.draft = about.draft
        self.is_stopped = False  # by a signal
        self._about = about
        self._start = ""  # the preset that was taken
        self._notes: list[str] = []
        self._flaw = ""
        self._files: list[_Row] = []
        self._lines: dict[str, _Page] = {}  # what Enter opens, by line of the summary
        if about.presets:
            self._start = preferences.default_preset(self.draft.catalog, about.remembered)
            preferences.start_from(self.draft, self._start, about.remembered)
        self._questions = list(self._question_pages())
        self._summary = _ListPage(
            "Summary", "Enter creates the project, or changes a line.", self._summary_rows
        )
        self._tree = _ListPage("", "", lambda: self._files, has_filter=False)
        self._page: _Page = self._summary
        self._place = 0  # among the questions
        self._before: Mapping[str, Value] | None = None  # a line of the summary is changed
        self._app = self._application()

    def run(self) -> None:
        """Ask until the summary is confirmed or `stop` is called.

        Raises:
            KeyboardInterrupt: Somebody pressed Ctrl-C.
            EOFError: The terminal was closed.
        """
        self._go(self._questions[0] if self._questions else self._summary)
        self._app.run(pre_run=self._prepare, set_exception_handler=False, handle_sigint=False)

    def stop(self) -> None:
        """Let the event loop end the conversation and restore the terminal.

        Signal handlers call this; an exception from them could skip what restores the terminal.
        """
        self.is_stopped = True
        if self._app.loop:
            self._app.loop.call_soon_threadsafe(self._end, KeyboardInterrupt())

    # The screens

    def _question_pages(self) -> Iterator[_Page]:
        asked = [q for q in self.draft.open if q.name != choices.NAME or self.draft.target]
        if not self.draft.target:
            title, about = "Name or path", "Folder to create; its last part is the project's name."
            yield self._opened_by(
                [_TARGET, choices.NAME],
                _TextPage(
                    title, about, lambda: self.draft.target or prompts.PROPOSED_NAME, self._name
                ),
            )
        if self._about.presets:
            yield self._opened_by(
                [_PRESET],
                _ListPage(
                    "Start from",
                    "A preset answers what follows; each answer can be changed.",
                    self._preset_rows,
                    self._take_preset,
                    current=lambda: self._start,
                ),
            )
        if features := [q for q in asked if q.type == "bool"]:
            names = [question.name for question in features]
            yield self._opened_by(
                names,
                _ListPage("Features", "", partial(self._feature_rows, names), switch=self._switch),
            )
        for question in sorted(asked, key=lambda q: (not q.choices, not q.presets)):
            if question.type != "bool":
                yield self._opened_by([question.name], self._question_page(question))

    def _question_page(self, question: Question) -> _Page:
        read = partial(self._read, question)
        take = partial(self._take, question)
        if not question.choices:
            return _TextPage(question.title, question.help, read, take)
        rows = [_Row(choice, choice) for choice in question.choices]
        return _ListPage(question.title, question.help, lambda: rows, take, current=read)

    def _opened_by(self, keys: Sequence[str], page: _Page) -> _Page:
        self._lines |= dict.fromkeys(keys, page)
        return page

    def _preset_rows(self) -> list[_Row]:
        return [_Row(name, name, about) for name, about in self._about.presets.items()]

    def _feature_rows(self, names: Sequence[str]) -> list[_Row]:
        answers = self.draft.resolution.answers
        return [
            _Row(q.name, q.name, q.help, q.group, "[x] " if answers[q.name] else "[ ] ")
            for _, members in self.draft.catalog.grouped()
            for q in members
            if q.name in names and not summary.is_brought(q, answers)
        ]

    def _summary_rows(self) -> list[_Row]:
        answers = self.draft.resolution.answers
        rows = [
            _Row(_CREATE, "Create the project"),
            _Row(_TREE, "Show the files that it will have"),
            _Row(_STOP, "Stop, and create nothing"),
            _Row(_TARGET, "folder", _shown(self.draft.target), "Start"),
        ]
        if self.draft.preset:
            rows.append(_Row(_PRESET, "preset", self.draft.preset, "Start"))
        for group, members in self.draft.catalog.grouped():
            for question in members:
                answer = answers[question.name]
                if question.name != choices.NAME and not summary.is_brought(question, answers):
                    style = "dim" if answer in (question.off, "") else "ansigreen"
                    word = _shown(summary.word(answer)) or "(empty)"
                    rows.append(_Row(question.name, question.name, word, group, style=style))
        return rows

    # The answers

    def _name(self, text: str) -> list[str]:
        self.draft = self._about.name_draft(self.draft, text.strip() or prompts.PROPOSED_NAME)
        return []

    def _take_preset(self, name: str) -> list[str]:
        if name != self._start:
            self._start = name
            preferences.start_from(self.draft, name, self._about.remembered)
        return [str(change) for change in self.draft.resolution.changes]

    def _read(self, question: Question) -> str:
        return str(self.draft.resolution.answers[question.name])

    def _take(self, question: Question, text: str) -> list[str]:
        try:
            value = choices.understand(question, text)
        except ValueError as flaw:
            raise ValueError(f"This {flaw}.") from flaw
        return self.draft.answer(question, value=value)

    def _switch(self, name: str) -> None:
        question = self.draft.catalog.questions[name]
        is_on = self.draft.resolution.answers[name] is True
        try:
            self._notes = self.draft.answer(question, value=not is_on)
        except ValueError as flaw:
            self._flaw = f"{flaw}."

    # Moving between the screens

    def _go(self, page: _Page) -> None:
        page.show()
        self._page = page
        if page in self._questions:
            self._place = self._questions.index(page)
        self._app.layout.focus(page.body)

    def _enter(self, *, goes_to_summary: bool = False) -> None:
        """Take the answer and go on, unless something is wrong with it."""
        if self._page is self._summary:
            if not goes_to_summary:
                self._act()
            return
        try:
            self._notes = self._page.accept()
        except (ValueError, NewapiError) as flaw:
            self._flaw = str(flaw)
            return
        if self._page is self._tree:
            self._go(self._summary)
        elif self._before is not None:
            self._notes += self._changes(self._before)
            self._show_summary()
        elif goes_to_summary or self._place + 1 == len(self._questions):
            self._show_summary()
        else:
            self._go(self._questions[self._place + 1])

    def _show_summary(self) -> None:
        self._before = None
        self._summary.pointed = _CREATE
        self._go(self._summary)

    def _changes(self, before: Mapping[str, Value]) -> list[str]:
        """Return a line for each answer that has changed."""
        now = self.draft.resolution.answers
        changed = [name for name in now if now[name] != before[name] and name != choices.NAME]
        if len(changed) > _NAMED_CHANGES:
            return [f"{len(changed)} answers are changed"]
        return [f"{name} is now {_cut(summary.word(now[name]), 40) or 'empty'}" for name in changed]

    def _back(self) -> None:
        if self._page.filter:
            self._page.filter = ""
        elif self._page is self._tree or self._before is not None:
            self._before = None
            self._go(self._summary)
        elif self._page is self._summary and self._questions:
            self._go(self._questions[self._place])
        elif self._place:
            self._go(self._questions[self._place - 1])
        else:
            self._notes = ["There is nothing before this. Ctrl-C stops."]

    def _act(self) -> None:
        """Carry out the selected line of the summary."""
        try:
            self._summary.accept()
        except ValueError as flaw:
            self._flaw = str(flaw)
            return
        key = self._summary.row.key if self._summary.row else ""
        if key == _CREATE:
            self._app.exit()
        elif key == _STOP:
            self._app.exit(exception=KeyboardInterrupt)
        elif key == _TREE:
            self._notes = ["Rendering the project ..."]
            self._app.create_background_task(self._show_tree())
        elif page := self._lines.get(key):
            self._before = self.draft.resolution.answers
            self._go(page)
            if isinstance(page, _ListPage) and key in {row.key for row in page.found}:
                page.pointed = key  # a feature, in the check list
        else:
            self._flaw = f"{self.draft.flags.get(key, 'The command line')} has decided this."

    async def _show_tree(self) -> None:
        answers = self.draft.resolution.answers
        listing = asyncio.get_running_loop().run_in_executor
        try:
            files = await listing(None, self._about.list_files, answers)
        except (NewapiError, OSError) as error:
            self._flaw = str(error)
        else:
            self._files = [
                _Row(str(number), _text(label), _text(size))
                for number, (label, size) in enumerate(summary.tree_rows(files))
            ]
            self._tree.title = f"{self.draft.target}: {summary.total(files)}"
            self._notes = []
            if self._page is self._summary:
                self._go(self._tree)
        self._app.invalidate()

    # Drawing

    @property
    def _width(self) -> int:
        return self._app.output.get_size().columns

    def _header(self) -> StyleAndTextTuples:
        place = "" if self._page is self._tree else "summary"
        if self._page in self._questions:
            place = f"{self._place + 1} of {len(self._questions)}"
        title = f"newapi create {_shown(self.draft.target)}".rstrip()
        title = _cut(title, self._width - len(place) - 2)
        space = " " * max(1, self._width - get_cwidth(title) - len(place) - 1)
        return [("ansicyan bold", title), ("dim", f"{space}{place}")]

    def _title(self) -> StyleAndTextTuples:
        page = self._page
        shown: StyleAndTextTuples = [("bold", _cut(_shown(page.title), self._width - 1))]
        if page.filter:
            shown.append(("ansicyan", f"  filter: {page.filter}"))
        elif page.about:
            shown.append(("dim", "\n" + "\n".join(_wrapped(page.about, self._width))))
        return shown

    def _help(self) -> StyleAndTextTuples:
        return [("dim", "\n".join(self._page.help(self._width)))]

    def _message(self) -> StyleAndTextTuples:
        text, style = self._flaw, "ansired"
        if not text:
            text, style = "; ".join(_united(self._notes)), "ansiyellow"
        lines = [line for line in _wrapped(_shown(text), self._width) if line]
        return [(style, "\n".join(lines))]

    def _footer(self) -> StyleAndTextTuples:
        """Name the keys, and break lines only between two of them."""
        page = self._page
        back = "Esc clear filter" if page.filter else "Esc back"
        if page is self._tree:
            keys = [back]
        elif page is self._summary:
            keys = ["Enter choose", back] if self._questions else ["Enter choose"]
        elif self._before is not None:
            keys = ["Enter done", back]
        elif page.filter:
            keys = ["Enter next", back]
        else:
            keys = ["Enter next", *([back] if self._place else []), "Tab summary"]
        lines = [""]
        for key in [*page.keys, *keys, _STOP_KEY]:
            separator = "  " if lines[-1] else ""
            if len(lines[-1]) + len(separator) + len(key) < self._width:
                lines[-1] += separator + key
            elif key != _STOP_KEY:  # everybody knows it: it is not worth a line
                lines.append(key)
        return [("dim", "\n".join(lines))]

    def _application(self) -> Application[None]:
        is_roomy = Condition(lambda: self._app.output.get_size().rows >= _ROOMY)
        has_message = Condition(lambda: bool(self._flaw or self._notes))
        has_help = Condition(lambda: bool(self._page.help(self._width))) & (is_roomy | ~has_message)
        space = ConditionalContainer(Window(height=1), is_roomy)

        def text(content: Callable[[], StyleAndTextTuples], height: int | None = None) -> Window:
            limit = None if height is None else Dimension(max=height)
            return Window(FormattedTextControl(content), height=limit, dont_extend_height=True)

        root = HSplit(
            [
                text(self._header),
                space,
                text(self._title),
                space,
                DynamicContainer(lambda: self._page.body),
                ConditionalContainer(HSplit([space, text(self._help)]), has_help),
                ConditionalContainer(
                    HSplit([space, text(self._message, _MESSAGE_ROWS)]), has_message
                ),
                Window(),
                space,
                text(self._footer),
            ]
        )
        app: Application[None] = Application(
            Layout(root), key_bindings=self._bindings(), full_screen=True
        )
        app.ttimeoutlen = _ESCAPE_SECONDS
        app.key_processor.before_key_press += self._clear_messages
        return app

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()

        @bindings.add("c-c", eager=True)
        def _stop(event: KeyPressEvent) -> None:
            event.app.exit(exception=KeyboardInterrupt)

        bindings.add("enter")(lambda _event: self._enter())
        bindings.add("tab")(lambda _event: self._enter(goes_to_summary=True))
        bindings.add("escape", eager=True)(lambda _event: self._back())
        return bindings

    def _clear_messages(self, _sender: object) -> None:
        self._flaw, self._notes = "", []

    def _prepare(self) -> None:
        """Let unexpected errors end the conversation, and a signal that came before the loop."""
        asyncio.get_running_loop().set_exception_handler(self._end_with_error)
        if self.is_stopped:
            self._end(KeyboardInterrupt())

    def _end_with_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._end(context.get("exception") or RuntimeError(context["message"]))

    def _end(self, error: BaseException) -> None:
        """End the conversation unless it has ended, and restore the terminal."""
        if self._app.future and not self._app.future.done():
            self._app.exit(exception=error)


def _text(part: Part) -> str:
    return part if isinstance(part, str) else part[0]
