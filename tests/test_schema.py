"""Versions of the JSON report: what a program relies on that was written for one, every later 1.x keeps.

``files/reports`` holds for each version its JSON Schema and a report made with it, frozen. ``--freeze-schema`` writes those of
the present version, for a new one or before its release; CONTRIBUTING.md says when the version rises.
"""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from analyzer.report import FRAMES, SCHEMA_VERSION, Report
from analyzer.schema import report_schema, validate_report

FILES = Path(__file__).parent / "files"
FROZEN = FILES / "reports"
VERSIONS = sorted(p.stem.removeprefix("schema-") for p in FROZEN.glob("schema-*.json"))


def frozen(kind, version):
    return json.loads((FROZEN / f"{kind}-{version}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def present(az):
    source = FILES / "html" / "kommune_accordion.html"
    return az.analyze(source.read_bytes(), id=source.stem, name=source.name)


def resolve(root, node):
    while "$ref" in node:
        node = root["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def kinds(root, node):
    """Give what a value may be: the values of a closed list, else its JSON types."""
    node = resolve(root, node)
    if "anyOf" in node:
        return set().union(*(kinds(root, choice) for choice in node["anyOf"]))
    return set(map(repr, node["enum"])) if "enum" in node else {node["type"]}


def broken(old, new, old_node=None, new_node=None, path="report"):
    """Name what a reader of the old schema relies on and the new one does not keep."""
    old_node, new_node = resolve(old, old_node or old), resolve(new, new_node or new)
    if added := kinds(new, new_node) - kinds(old, old_node):
        yield f"{path} may now be {', '.join(sorted(added))}"
    for key, value in old_node.get("properties", {}).items():
        there = new_node.get("properties", {}).get(key)
        if there is None:
            yield f"{path}.{key} is gone"
            continue
        if key in old_node["required"] and key not in new_node["required"]:
            yield f"{path}.{key} may now be absent"
        yield from broken(old, new, value, there, f"{path}.{key}")
    if "items" in old_node and "items" in new_node:
        yield from broken(old, new, old_node["items"], new_node["items"], f"{path}[]")


def test_the_present_version_is_frozen(present, request):
    if request.config.getoption("--freeze-schema"):
        schema = json.dumps(report_schema(), indent=1, ensure_ascii=False) + "\n"
        (FROZEN / f"schema-{SCHEMA_VERSION}.json").write_text(schema, encoding="utf-8")
        (FROZEN / f"report-{SCHEMA_VERSION}.json").write_text(present.to_json(), encoding="utf-8")
    then, now = frozen("schema", SCHEMA_VERSION), report_schema()
    changes = [*broken(then, now), *(f"new: {change}" for change in broken(now, then))]
    assert not changes, "raise SCHEMA_VERSION as CONTRIBUTING.md says, then pytest --freeze-schema"


@pytest.mark.parametrize("version", VERSIONS)
def test_old_reports_validate_and_can_be_used(version):
    data = frozen("report", version)
    assert data["schema_version"] == version
    jsonschema.validate(data, frozen("schema", version))
    jsonschema.validate(data, report_schema())
    validate_report(data)
    report = Report(data)
    assert data["organisation"]["name"] in report.to_html()
    for name in FRAMES:
        assert len(report.frame(name)) == len(data.get(name, ()))


@pytest.mark.parametrize("version", VERSIONS)
def test_programs_written_for_an_old_version_can_read_present_reports(present, version):
    old = frozen("schema", version)
    assert not list(broken(old, report_schema()))
    jsonschema.validate(json.loads(present.to_json()), old)


def rename(schema, definition, key, name):
    body = schema["$defs"][definition]
    body["properties"][name] = body["properties"].pop(key)
    body["required"] = [name if k == key else k for k in body["required"]]


def properties(schema, definition):
    return schema["$defs"][definition]["properties"]


CHANGES = {
    "a key removed": (lambda s: s["properties"].pop("findings"), "report.findings is gone"),
    "a key renamed": (
        lambda s: rename(s, "_Retention", "duration", "period"),
        "report.retention[].duration is gone",
    ),
    "a key no longer sure": (
        lambda s: s["$defs"]["_Finding"]["required"].remove("advice"),
        "report.findings[].advice may now be absent",
    ),
    "another type": (
        lambda s: properties(s, "_Summary")["completeness"].update(type="string"),
        "report.summary.completeness may now be string",
    ),
    "now also null": (
        lambda s: properties(s, "_Segment").update(text={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "report.segments[].text may now be null",
    ),
    "a value more": (
        lambda s: properties(s, "_Finding")["severity"]["enum"].append("fatal"),
        "report.findings[].severity may now be 'fatal'",
    ),
}


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES)
def test_what_breaks_readers_is_noticed(change, said):
    changed = copy.deepcopy(report_schema())
    change(changed)
    assert said in list(broken(report_schema(), changed))


def test_added_keys_break_nothing():
    data, changed = frozen("report", SCHEMA_VERSION), copy.deepcopy(report_schema())
    data["summary"]["later"] = data["later"] = "more"
    properties(changed, "_Summary")["later"] = {"type": "string"}
    validate_report(data)
    jsonschema.validate(data, report_schema())
    assert not list(broken(report_schema(), changed))


@pytest.mark.parametrize("change", [{"schema_version": "2.0"}, {"findings": None}])
def test_reports_of_another_kind_do_not_validate(change):
    data = {**frozen("report", SCHEMA_VERSION), **change}
    with pytest.raises(ValidationError):
        validate_report(data)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, report_schema())
