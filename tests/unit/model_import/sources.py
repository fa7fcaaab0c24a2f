"""Small sources of each kind, and what they become."""

from __future__ import annotations

from newapi.generate import model_changes
from newapi.model_import import dbml, jdl, model_lines, sql, translation
from newapi.model_import.source_model import SourceModel
from newapi.model_import.translation import Translation
from newapi.resources import fields, model_file
from newapi.resources.project_names import ProjectNames


def translated(source: SourceModel, around: ProjectNames | None = None) -> Translation:
    """Return a translation, which `newapi generate` would take as it is."""
    around = around or ProjectNames(database="postgres")
    found = translation.translate(source, around)
    model = model_file.read(model_lines.write(found.resources).encode())
    assert not model.problems
    decisions = model_changes.decide(model, around)
    assert {each.definition.name for each in decisions} == {
        each.definition.name for each in found.resources
    }
    return found


def of_sql(text: str) -> Translation:
    return translated(sql.read(text, "schema.sql"))


def of_jdl(text: str) -> Translation:
    return translated(jdl.read(text, "shop.jdl"))


def of_dbml(text: str) -> Translation:
    return translated(dbml.read(text, "shop.dbml"))


def shown(found: Translation) -> dict[str, dict[str, str]]:
    """Return each resource with its fields as they are typed."""
    return {
        each.definition.name: {
            field.name: fields.render_type(field) for field in each.definition.fields
        }
        for each in found.resources
    }


def noted(found: Translation) -> dict[str, tuple[str, str]]:
    """Return the notes by their subjects: the message, and what is written."""
    return {note.subject: (note.message, note.written) for note in found.notes}
